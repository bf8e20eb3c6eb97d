using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCity.Oracle;
using SmartCity.UnitTests.Aiis;

namespace SmartCity.UnitTests.Oracle;

public sealed class ImportFolderTest
{
    private string _state = "";
    private string _folder = "";
    private JournalDatabase _journal = null!;
    private ImportStore _store = null!;

    [SetUp]
    public void Open()
    {
        _state = Directory.CreateTempSubdirectory("import-folder").FullName;
        _folder = Path.Combine(_state, "inbox");
        Directory.CreateDirectory(_folder);
        _journal = JournalDatabase.Open(_state);
        _store = new(_journal, CityLayouts.Layout, TimeProvider.System);
    }

    [TearDown]
    public void Close()
    {
        _journal.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_state, recursive: true);
    }

    [Test]
    public async Task LookAsync_GoodAndBadFiles_AreMovedWithTheirReceipts()
    {
        string[] bad = ["bad_gap.xml", "bad_not_well_formed.xml", "bad_unknown_channel.xml", "bad_document_type.xml"];
        foreach (string name in bad.Append(Messages.Ordinary))
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder, name), Messages.Bytes(name));
        }
        await File.WriteAllTextAsync(Path.Combine(_folder, "empty.xml"), "");
        ImportFolder watched = Watch();

        await watched.LookAsync(CancellationToken.None);
        Assert.That(Names("accepted").Concat(Names("rejected")), Is.Empty, "no file is known to be complete at the first look");
        await watched.LookAsync(CancellationToken.None);

        Assert.That(Names("accepted"), Is.EqualTo([Messages.Ordinary, $"{Messages.Ordinary}.receipt.txt", $"{Messages.Ordinary}.receipt.xml"]));
        Assert.That(Names("rejected").Where(name => name.EndsWith(".xml", StringComparison.Ordinal) && !name.EndsWith("receipt.xml", StringComparison.Ordinal)), Is.EquivalentTo(bad.Append("empty.xml")));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(_folder, "rejected", "bad_gap.xml.receipt.txt")), Does.Contain("Code 3").And.Contain("line 28").And.Contain("from 05:00 to 05:30"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(_folder, "rejected", "empty.xml.receipt.txt")), Does.Contain("Code 4"));
        Assert.That(Names("taken").Concat(Names("")), Is.Empty);
        Assert.That(_store.LastFile(), Is.EqualTo(1));
    }

    [Test]
    public async Task LookAsync_FileThatGrows_IsLeftUntilItStands()
    {
        byte[] bytes = Messages.Bytes(Messages.Ordinary);
        string path = Path.Combine(_folder, Messages.Ordinary);
        ImportFolder watched = Watch();
        await File.WriteAllBytesAsync(path, bytes[..100]);
        await watched.LookAsync(CancellationToken.None);
        await File.WriteAllBytesAsync(path, bytes);
        await watched.LookAsync(CancellationToken.None);
        Assert.That(Names("accepted").Concat(Names("rejected")), Is.Empty);

        await watched.LookAsync(CancellationToken.None);

        Assert.That(Names("accepted"), Has.Count.EqualTo(3));
    }

    /// <summary>A process that ended after journaling and before moving: the next one moves the file and journals nothing again.</summary>
    [Test]
    public async Task LookAsync_FileTakenByADeadProcess_IsFinished()
    {
        await File.WriteAllBytesAsync(Path.Combine(_state, Messages.Ordinary), Messages.Bytes(Messages.Ordinary));
        using (MessageImporter importer = MessageImporter.Open(_state, CityLayouts.Plan, Messages.Map, isRehearsal: false, TimeProvider.System))
        {
            await importer.ImportAsync(Path.Combine(_state, Messages.Ordinary), CancellationToken.None);
        }
        Directory.CreateDirectory(Path.Combine(_folder, "taken"));
        File.Move(Path.Combine(_state, Messages.Ordinary), Path.Combine(_folder, "taken", Messages.Ordinary));

        await Watch().LookAsync(CancellationToken.None);

        Assert.That(Names("accepted"), Has.Count.EqualTo(3));
        Assert.That(_store.LastFile(), Is.EqualTo(1));
    }

    [Test]
    public async Task LookAsync_SameNameAgain_KeepsBoth()
    {
        ImportFolder watched = Watch();
        for (int i = 0; i < 2; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder, Messages.Ordinary), Messages.Bytes(Messages.Ordinary));
            await watched.LookAsync(CancellationToken.None);
            await watched.LookAsync(CancellationToken.None);
        }

        Assert.That(Names("accepted"), Has.Count.EqualTo(6));
        Assert.That(Names("accepted"), Does.Contain("80020_5257072937_20260901_1056.2.xml"));
    }

    /// <summary>A target that cannot be written keeps its file, and no other.</summary>
    [Test]
    public async Task LookAsync_RejectedCannotBeWritten_StillAcceptsOthers()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, "bad_gap.xml"), Messages.Bytes("bad_gap.xml"));
        await File.WriteAllBytesAsync(Path.Combine(_folder, Messages.Ordinary), Messages.Bytes(Messages.Ordinary));
        ImportFolder watched = Watch();
        await watched.LookAsync(CancellationToken.None);
        Directory.CreateDirectory(Path.Combine(_folder, "rejected", "bad_gap.xml.receipt.xml.new"));
        await watched.LookAsync(CancellationToken.None);

        Assert.That(Names("accepted"), Has.Count.EqualTo(3));
        Assert.That(Names("taken"), Is.EqualTo(["bad_gap.xml"]));
    }

    private ImportFolder Watch() => new(
        _folder, new(Messages.Map, CityLayouts.Plan, _store, TimeProvider.System), TimeProvider.System, NullLogger<ImportFolder>.Instance);

    private List<string> Names(string folder) => Directory.Exists(Path.Combine(_folder, folder))
        ? [.. Directory.GetFiles(Path.Combine(_folder, folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];
}
