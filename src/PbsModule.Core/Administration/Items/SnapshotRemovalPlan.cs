using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>The removal of one snapshot in the state it had when the removal was checked.</summary>
public sealed class SnapshotRemovalPlan
{
    internal SnapshotRemovalPlan(SnapshotPath snapshot, SnapshotState agreed) => (Path, Agreed) = (snapshot, agreed);

    /// <summary>Its identity.</summary>
    public string Snapshot => Path.ToString();

    internal SnapshotPath Path { get; }

    internal SnapshotState Agreed { get; }

    public override string ToString() => Snapshot;
}
