namespace PbsModule.Core.Features.Report;

/// <summary>A requested datastore that could not be opened.</summary>
/// <param name="Datastore">Name or path of the datastore.</param>
/// <param name="Reason">The reason why it could not be opened.</param>
/// <param name="Time">Time of the attempt, UTC.</param>
public sealed record UnopenedDatastore(string Datastore, string Reason, DateTimeOffset Time);
