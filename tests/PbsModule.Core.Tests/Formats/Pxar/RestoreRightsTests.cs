using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Restore;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Tests;

/// <summary>What a restored entry may do, and whose it is: nobody gets more than the archive's owner had, and what could not be given is told.</summary>
public sealed class RestoreRightsTests : IDisposable
{
    private const uint SetUser = 0x800, SetGroup = 0x400;

    private readonly TemporaryFolder _folder = new();
    private readonly List<object> _told = [];
    private readonly List<ListingProblem> _problems = [];

    private string Target => Path.Combine(_folder.Root, "target");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_cannot_give_a_file_to_its_owner_gets_no_program_that_runs_as_himself()
    {
        Expand(Programs(), new FaultyTarget(int.MaxValue, 0, false) { OwnerError = OsError.EPERM });
        Assert.Equal((0x1ED, 0x1ED), (ModeOf("/both"), ModeOf("/group")));
        Assert.Equal((int)(SetGroup | 0x1ED), ModeOf("/dir"));
        RestoreWarningInfo warning = Assert.Single(_told.OfType<RestoreWarningInfo>(), warning => warning.Attribute == RestoredTrait.Mode);
        Assert.Equal("/both, /group", warning.Paths.ToString());
        Assert.Contains("set-user-id", warning.Reason, StringComparison.Ordinal);
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_file_that_has_its_owner_has_its_bits()
    {
        if (LibC.EffectiveUser() != 0)
        {
            TestContext.Current.SendDiagnosticMessage("only root can give files away: not tried");
            return;
        }

        Expand(Programs(), null);
        Assert.Equal(((int)(SetUser | SetGroup | 0x1ED), (int)(SetGroup | 0x1ED)), (ModeOf("/both"), ModeOf("/group")));
        Assert.Empty(_told.OfType<RestoreWarningInfo>());
    }

    [Fact]
    public void A_number_that_stands_for_nobody_is_told_and_makes_nobody_root()
    {
        if (LibC.EffectiveUser() != 0) return;
        Expand(
            writer =>
            {
                foreach ((string name, uint user, uint group) in ((string, uint, uint)[])[("group", 1, uint.MaxValue), ("user", uint.MaxValue, 1)])
                {
                    PxarEntry file = ArchiveOnDisk.File_(name, SetUser | SetGroup | 0x1ED);
                    writer.Add(new PxarEntry { Name = file.Name, Type = file.Type, Stat = file.Stat with { UserId = user, GroupId = group } }, "x"u8);
                }
            },
            null);
        Assert.Equal((0x1ED, 0x1ED), (ModeOf("/user"), ModeOf("/group")));
        Assert.Equal("/group, /user", Assert.Single(_told.OfType<RestoreWarningInfo>(), warning => warning.Attribute == RestoredTrait.Owner).Paths.ToString());
    }

    [Fact]
    public void A_list_for_a_number_no_system_has_is_not_cut_to_one_it_has()
    {
        Expand(
            writer =>
            {
                PxarEntry file = ArchiveOnDisk.File_("f");
                writer.Add(new PxarEntry { Name = file.Name, Type = file.Type, Stat = file.Stat, Acl = new PxarAcl { GroupObject = 4, Users = [new PxarAclEntry(1UL << 32, 7)] } }, "x"u8);
            },
            null);
        Assert.Equal("/f", Assert.Single(_told.OfType<RestoreWarningInfo>(), warning => warning.Attribute == RestoredTrait.AccessControlList).Paths.ToString());
        Assert.Empty(TreeOnDisk.Read(Target)["/f"].Attributes);
    }

    [Fact]
    public void A_directory_gets_all_its_features()
    {
        const ulong noCopyOnWrite = 0x80000, noDump = 0x100000;
        List<uint> features = [];
        Expand(
            writer =>
            {
                PxarEntry folder = ArchiveOnDisk.Folder("d");
                writer.StartDirectory(new PxarEntry { Name = folder.Name, Type = folder.Type, Stat = folder.Stat with { Flags = noCopyOnWrite | noDump } });
                writer.EndDirectory();
            },
            new FaultyTarget(int.MaxValue, 0, false) { OnFeatures = features.Add });
        Assert.Equal([0x800000u, 0x40u], features);
    }

    [Fact]
    public void What_only_FAT_has_is_told()
    {
        Expand(
            writer =>
            {
                foreach ((string name, ulong flags) in ((string, ulong)[])[("archive", 0x8000), ("hidden", 0xA000), ("system", 0x4000)])
                {
                    PxarEntry file = ArchiveOnDisk.File_(name);
                    writer.Add(new PxarEntry { Name = file.Name, Type = file.Type, Stat = file.Stat with { Flags = flags } }, "x"u8);
                }
            },
            null);
        Assert.Equal("/hidden, /system", Assert.Single(_told.OfType<RestoreWarningInfo>(), warning => warning.Attribute == RestoredTrait.FileFeatures).Paths.ToString());
    }

    private static Action<PxarWriter> Programs() => writer =>
    {
        writer.Add(Owned(ArchiveOnDisk.File_("both", SetUser | SetGroup | 0x1ED)), "x"u8);
        writer.StartDirectory(Owned(ArchiveOnDisk.Folder("dir", SetGroup | 0x1ED)));
        writer.EndDirectory();
        writer.Add(Owned(ArchiveOnDisk.File_("group", SetGroup | 0x1ED)), "x"u8);
    };

    private static PxarEntry Owned(PxarEntry entry) => new() { Name = entry.Name, Type = entry.Type, Stat = entry.Stat with { UserId = 4321, GroupId = 4322 } };

    private int ModeOf(string path) => TreeOnDisk.Read(Target)[path].Mode & 0xFFF;

    private void Expand(Action<PxarWriter> fill, TargetAccess? targets)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(fill));
        PbsEngine engine = new PbsEngine(Connection.None, targets is null ? new EngineOptions() : new EngineOptions { Targets = targets });
        engine.Expansion.ExpandArchive(engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new ExpandRequest(Target), new ArchiveListener(_told.Add, _problems.Add, static (_, _, _) => { }), CancellationToken.None);
    }
}
