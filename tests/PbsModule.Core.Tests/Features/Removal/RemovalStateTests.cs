using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>A snapshot goes only in the state in which it was chosen.</summary>
public sealed class RemovalStateTests : IDisposable
{
    private const string Snapshot = "vm/1/2024-05-01T10:00:00Z";

    private readonly StoreOnDisk _disk = new();
    private readonly PbsEngine _engine = new(Connection.None);
    private readonly DatastoreContext _store;
    private readonly SnapshotPath _snapshot = SnapshotPath.Parse(Snapshot);

    public RemovalStateTests()
    {
        AtomicFileTests.NeedsLinux();
        _disk.AddGroup("vm/1");
        _disk.AddSnapshot("vm/1", "2024-05-01T10:00:00Z");
        _store = _engine.Resolver.ResolvePath(_disk.Path);
    }

    private string Manifest => _disk.PathOf($"{Snapshot}/index.json.blob");

    public void Dispose() => _disk.Dispose();

    [Fact]
    public void A_backup_that_was_chosen_as_unfinished_stays_once_it_is_finished()
    {
        var refused = Assert.Throws<PbsConflictException>(
            () => _engine.Removal.CheckSnapshotRemoval(_store, _snapshot, wasFinished: false));
        Assert.Equal(PbsErrorId.GroupChanged, refused.ErrorId);
        Assert.True(File.Exists(Manifest));
    }

    [Fact]
    public void A_backup_that_ends_between_the_check_and_the_removal_stays()
    {
        byte[] manifest = File.ReadAllBytes(Manifest);
        File.Delete(Manifest);
        SnapshotRemovalPlan plan = _engine.Removal.CheckSnapshotRemoval(_store, _snapshot, wasFinished: false);
        File.WriteAllBytes(Manifest, manifest);
        var refused = Assert.Throws<PbsConflictException>(() => Remove(plan));
        Assert.Equal(PbsErrorId.GroupChanged, refused.ErrorId);
        Assert.True(File.Exists(Manifest));
    }

    [Fact]
    public void A_snapshot_that_was_made_anew_since_stays()
    {
        SnapshotRemovalPlan plan = _engine.Removal.CheckSnapshotRemoval(_store, _snapshot);
        Directory.Move(_disk.PathOf(Snapshot), Path.Combine(_disk.Parent, "away"));
        _disk.AddSnapshot("vm/1", "2024-05-01T10:00:00Z");
        Assert.Equal(PbsErrorId.GroupChanged, Assert.Throws<PbsConflictException>(() => Remove(plan)).ErrorId);
        Assert.True(File.Exists(Manifest));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    public void What_has_not_changed_goes(bool? wasFinished)
    {
        Remove(_engine.Removal.CheckSnapshotRemoval(_store, _snapshot, wasFinished));
        Assert.False(Directory.Exists(_disk.PathOf(Snapshot)));
    }

    private void Remove(SnapshotRemovalPlan plan) =>
        _engine.Removal.RemoveSnapshot(_store, plan, force: true, CancellationToken.None);
}
