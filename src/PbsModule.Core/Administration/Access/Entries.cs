namespace PbsModule.Core.Administration;

/// <summary>What an entry does to a store; maintenance mode decides by it. Source: PBS Operation.</summary>
internal enum Operation
{
    Lookup,
    Read,
    Write,
}

/// <summary>One thing that can be asked for, and what it takes.</summary>
/// <param name="Name">PBS's name of the endpoint.</param>
/// <param name="Operation">For maintenance mode.</param>
internal sealed record Entry(string Name, Operation Operation);

/// <summary>Everything that can be asked for. Source: the endpoint table of PBS's admin API.</summary>
internal static class Entries
{
    public static readonly Entry ListNamespaces = new("namespace", Operation.Read);
    public static readonly Entry ListGroups = new("groups", Operation.Read);
    public static readonly Entry ListSnapshots = new("snapshots", Operation.Read);
    public static readonly Entry ListFiles = new("files", Operation.Read);
    public static readonly Entry GetNotes = new("notes", Operation.Read);
    public static readonly Entry Status = new("status", Operation.Read);
}
