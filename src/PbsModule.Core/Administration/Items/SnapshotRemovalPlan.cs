using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>The plan of removing a snapshot, with the state it had when the removal was checked.</summary>
public sealed class SnapshotRemovalPlan
{
    internal SnapshotRemovalPlan(SnapshotPath snapshot, SnapshotState agreed) => (Path, Agreed) = (snapshot, agreed);

    /// <summary>The snapshot's identity.</summary>
    public string Snapshot => Path.ToString();

    internal SnapshotPath Path { get; }

    internal SnapshotState Agreed { get; }

    public override string ToString() => Snapshot;
}
