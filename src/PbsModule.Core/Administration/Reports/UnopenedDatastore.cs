namespace PbsModule.Core.Administration;

/// <summary>A datastore that a report was asked for and could not be opened.</summary>
/// <param name="Datastore">Its name, or its path.</param>
/// <param name="Reason">Why it could not be opened.</param>
/// <param name="Time">When that was tried, UTC.</param>
public sealed record UnopenedDatastore(string Datastore, string Reason, DateTimeOffset Time);
