namespace SmartCity.IntegrationTests.Scenarios;

/// <summary>A file of a scenario is not as tests/scenarios/README.md says; the message names the file, the line and what to
/// write.</summary>
public sealed class ScenarioFormatException(string message, Exception? innerException = null) : Exception(message, innerException);
