using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tests;

/// <summary>The two kinds of locks, between two processes and between two handles of one.</summary>
public sealed partial class FileLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FileLockTests()
    {
        AtomicFileTests.NeedsLinux();
        File.WriteAllText(_folder["file"], "");
    }

    public static TheoryData<string, string, string, bool> Pairs => new()
    {
        { "flock", "Shared", "Shared", true },
        { "flock", "Shared", "Exclusive", false },
        { "flock", "Exclusive", "Shared", false },
        { "flock", "Exclusive", "Exclusive", false },
        { "record", "Shared", "Shared", true },
        { "record", "Shared", "Exclusive", false },
        { "record", "Exclusive", "Shared", false },
        { "record", "Exclusive", "Exclusive", false },
        { "lockfile", "Shared", "Shared", true },
        { "lockfile", "Shared", "Exclusive", false },
        { "lockfile", "Exclusive", "Shared", false },
        { "lockfile", "Exclusive", "Exclusive", false },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Two_processes_keep_each_other_out(string kind, string first, string second, bool together)
    {
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", kind, first, _folder["file"]));
        using (IDisposable? mine = Take(kind, second)) Assert.Equal(together, mine is not null);
        Assert.Equal("released", other.Ask("release", "x"));
        using (IDisposable? mine = Take(kind, second)) Assert.NotNull(mine);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Two_handles_of_one_process_keep_each_other_out(string kind, string first, string second, bool together)
    {
        using IDisposable? held = Take(kind, first);
        using IDisposable? mine = Take(kind, second);
        Assert.Equal(together, mine is not null);
    }

    [Theory]
    [InlineData("flock")]
    [InlineData("record")]
    [InlineData("lockfile")]
    public void A_copy_of_the_handle_in_a_process_that_is_being_started_holds_nothing(string kind)
    {
        int copy;
        using (var held = (FileLock)Take(kind, "Exclusive")!) copy = Duplicate((int)held.File.DangerousGetHandle());
        using var started = new SafeFileHandle(copy, ownsHandle: true);
        using IDisposable? mine = Take(kind, "Exclusive");
        Assert.NotNull(mine);
    }

    [Fact]
    public void Neither_does_one_of_a_folder()
    {
        Assert.Equal(0, FolderAccess.Default.Open(_folder.Root, out Folder? folder));
        Assert.Equal(0, folder!.Lock(LockMode.Exclusive));
        using var started = new SafeFileHandle(Duplicate(folder.Descriptor), ownsHandle: true);
        folder.Dispose();
        using Folder other = FolderAccess.Default.Open(_folder.Root, out Folder? opened) == 0 ? opened! : throw new InvalidOperationException();
        Assert.Equal(0, other.Lock(LockMode.Exclusive));
    }

    [Theory]
    [InlineData("flock")]
    [InlineData("record")]
    [InlineData("lockfile")]
    public void A_killed_holder_holds_nothing(string kind)
    {
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", kind, "Exclusive", _folder["file"]));
        Assert.Null(Take(kind, "Shared"));
        other.Kill();
        using IDisposable? mine = Take(kind, "Exclusive");
        Assert.NotNull(mine);
    }

    [Fact]
    public void Folders_can_be_locked()
    {
        using FileLock? held = FileLock.TryTake(NativeFile.OpenRead(_folder.Root), _folder.Root, LockMode.Exclusive);
        Assert.Null(FileLock.TryTake(NativeFile.OpenRead(_folder.Root), _folder.Root, LockMode.Shared));
    }

    [Fact]
    public void Closing_another_handle_of_the_file_keeps_a_record_lock()
    {
        using IDisposable? held = Take("record", "Exclusive");
        File.ReadAllBytes(_folder["file"]);
        Assert.Null(Take("record", "Shared"));
        using Microsoft.Win32.SafeHandles.SafeFileHandle look = FileMutations.Default.Open(_folder["file"], FileCreation.OpenExisting, 0);
        Assert.False(FileLock.IsRecordFree(look, _folder["file"]));
        held!.Dispose();
        Assert.True(FileLock.IsRecordFree(look, _folder["file"]));
    }

    [Fact]
    public void A_lock_on_a_deleted_lock_file_does_not_count()
    {
        FileLock held = LockFile.TryTake(FileMutations.Default, _folder["lock"], LockMode.Exclusive, owner: null, LockWait.None)!;
        Assert.True(held.IsStillAtPath());
        File.Delete(_folder["lock"]);
        Assert.False(held.IsStillAtPath());
        using FileLock? next = LockFile.TryTake(FileMutations.Default, _folder["lock"], LockMode.Exclusive, owner: null, LockWait.None);
        Assert.NotNull(next);
        Assert.True(next.IsStillAtPath());
        held.Dispose();
    }

    [Fact]
    public void Lock_files_are_made_as_PBS_makes_them()
    {
        using FileLock? held = LockFile.TryTake(
            FileMutations.Default, _folder["lock"], LockMode.Exclusive, AtomicFileTests.IsRoot ? new FileOwner(34, 34) : null, LockWait.None);
        FileStatus status = FileStatus.Of(held!.File, null);
        Assert.Equal(0x1B0, status.Mode);
        Assert.Equal(0, status.Size);
        if (AtomicFileTests.IsRoot) Assert.Equal(new FileOwner(34, 34), status.Owner);
    }

    [Fact]
    public void A_link_in_the_place_of_a_lock_file_is_refused()
    {
        File.CreateSymbolicLink(_folder["lock"], _folder["file"]);
        var error = Assert.Throws<OsErrorException>(() => LockFile.TryTake(FileMutations.Default, _folder["lock"], LockMode.Shared, owner: null, LockWait.None));
        Assert.Equal(OsError.ELOOP, error.Errno);
    }

    [Fact]
    public void Waiting_ends_with_the_time_allowed()
    {
        using IDisposable? held = Take("lockfile", "Exclusive");
        var time = new SteppedTime();
        Assert.Null(LockFile.TryTake(FileMutations.Default, _folder["file"], LockMode.Shared, owner: null, new LockWait(TimeSpan.FromSeconds(5), time, default)));
        Assert.Equal(TimeSpan.FromSeconds(5), time.Passed);
        Assert.InRange(time.Pauses.Max(), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100));
        Assert.InRange(time.Pauses.First(), TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Waiting_ends_when_the_lock_is_free()
    {
        IDisposable? held = Take("lockfile", "Exclusive");
        var time = new SteppedTime { AfterPause = n => { if (n == 3) held!.Dispose(); } };
        using FileLock? mine = LockFile.TryTake(FileMutations.Default, _folder["file"], LockMode.Shared, owner: null, new LockWait(TimeSpan.FromSeconds(5), time, default));
        Assert.NotNull(mine);
        Assert.Equal(3, time.Pauses.Count);
    }

    [Fact]
    public void Waiting_can_be_cancelled()
    {
        using IDisposable? held = Take("lockfile", "Exclusive");
        using var cancel = new CancellationTokenSource();
        var time = new SteppedTime { AfterPause = n => { if (n == 2) cancel.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            LockFile.TryTake(FileMutations.Default, _folder["file"], LockMode.Shared, owner: null, new LockWait(TimeSpan.FromSeconds(5), time, cancel.Token)));
        Assert.Equal(2, time.Pauses.Count);
    }

    public void Dispose() => _folder.Dispose();

    private FileLock? Take(string kind, string mode)
    {
        string path = _folder["file"];
        LockMode lockMode = Enum.Parse<LockMode>(mode);
        return kind switch
        {
            "flock" => FileLock.TryTake(NativeFile.OpenRead(path), path, lockMode),
            "record" => FileLock.TryTakeRecord(FileMutations.Default.Open(path, FileCreation.OpenExisting, 0), path, lockMode),
            _ => LockFile.TryTake(FileMutations.Default, path, lockMode, owner: null, LockWait.None),
        };
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);
}
