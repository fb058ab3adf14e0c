using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Removal;

namespace PbsModule.Core.Features.Removal;

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
