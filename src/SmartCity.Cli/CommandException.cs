namespace SmartCity.Cli;

/// <summary>Something that the person at the keyboard can understand and mend; its message is all that is shown.</summary>
internal sealed class CommandException(string message) : Exception(message);
