namespace SmartCity.Audit;

/// <summary>The audit cannot be made: the data are not those of a city. What is found wrong in a city's data is a finding instead.</summary>
public sealed class AuditException(string message) : Exception(message);
