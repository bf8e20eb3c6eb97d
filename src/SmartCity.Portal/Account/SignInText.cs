namespace SmartCity.Portal;

/// <summary>Texts of sign-in and of the pages that say no.</summary>
internal static class SignInText
{
    public static readonly Phrase Title = new("Вход", "Sign in");
    public static readonly Phrase Headline = new("Каждый киловатт‑час и каждый рубль можно проверить", "Every kilowatt‑hour and every rouble can be checked");
    public static readonly Phrase Lead = new(
        "SmartCity снимает показания счётчиков тепла и электроэнергии каждый час, подписывает их и записывает в смарт-контракты. Они сводят баланс домов, выставляют счета и делят платежи между поставщиками.",
        "SmartCity reads heat and electricity meters every hour, signs the readings and writes them to smart contracts, which balance the houses, issue the bills and divide the payments among the utilities.");
    public static readonly Phrase MeterTitle = new("Показание", "Reading");
    public static readonly Phrase MeterLead = new("Каждый час, с подписью и качеством измерения. Пропуск виден, а не скрыт.", "Every hour, signed, with the quality of its measurement. A gap is stated, never hidden.");
    public static readonly Phrase BillTitle = new("Счёт", "Bill");
    public static readonly Phrase BillLead = new("Считает контракт. Каждая строка раскрывается до часов, из которых сложилась.", "Computed by a contract. Each line opens down to the hours it is the sum of.");
    public static readonly Phrase MoneyTitle = new("Платёж", "Payment");
    public static readonly Phrase MoneyLead = new("Делится между поставщиками сразу и до копейки.", "Divided among the utilities at once, to the kopeck.");
    public static readonly Phrase Form = new("Вход в кабинет", "Sign in to your account");
    public static readonly Phrase Login = new("Имя", "Name");
    public static readonly Phrase Password = new("Пароль", "Password");
    public static readonly Phrase Submit = new("Войти", "Sign in");
    public static readonly Phrase Wrong = new("Имя или пароль не подходят. Проверьте раскладку и регистр.", "The name or the password is wrong. Check the keyboard layout and Caps Lock.");
    public static readonly Phrase TooMany = new("Слишком много неудачных попыток. Повторите через {0}.", "Too many failed attempts. Try again in {0}.");
    public static readonly Phrase Empty = new("Введите имя и пароль.", "Enter the name and the password.");
    public static readonly Phrase Hint = new(
        "Демонстрационные учётные записи печатает команда запуска.", "The demonstration accounts are printed by the command that started the system.");
    public static readonly Counted Minutes = new(new("минуту", "minute"), "минуты", new("минут", "minutes"));

    public static readonly Phrase DeniedTitle = new("Нет доступа", "No access");
    public static readonly Phrase Denied = new(
        "Этот раздел открыт другой роли. Вы вошли как {0} ({1}).", "This section belongs to another role. You are signed in as {0} ({1}).");
    public static readonly Phrase Home = new("На свою страницу", "To your own page");

    public static readonly Phrase NotFoundTitle = new("Такой страницы нет", "There is no such page");
    public static readonly Phrase NotFound = new("Проверьте адрес или начните с главной страницы.", "Check the address or start from the first page.");
    public static readonly Phrase FailedTitle = new("Не получилось", "That did not work");
    public static readonly Phrase BadForm = new(
        "Форма устарела: вернитесь на страницу, обновите её и повторите. Ничего не было сделано.",
        "The form is out of date: go back, reload the page and try again. Nothing was done.");
    public static readonly Phrase Failed = new(
        "Ошибка на сервере записана под номером {0}. Ничего не потеряно: повторите позже.",
        "The server's error is recorded under number {0}. Nothing is lost: try again later.");
}
