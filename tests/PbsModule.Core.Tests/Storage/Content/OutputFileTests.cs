using System.Diagnostics;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>Where files are saved to: whole under their names or not at all, never over what is there unless told, devices as a whole.</summary>
public sealed class OutputFileTests : IDisposable
{
    private const string Vm = "vm/100/2024-05-12T00:00:02Z";

    private readonly TemporaryFolder _folder = new();
    private readonly PbsEngine _engine = new(Connection.None);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_gets_the_file_under_its_name_and_a_file_its_own()
    {
        Assert.Equal(_folder["qemu-server.conf"], Save("qemu-server.conf.blob", _folder.Root).FullName);
        Assert.Equal(_folder["fw.conf.blob"], Save("fw.conf.blob", _folder.Root, decode: false).FullName);
        Assert.Equal(_folder["other"], Save("qemu-server.conf.blob", _folder["other"]).FullName);
        Assert.Equal(_folder["drive-efidisk0.img"], Save("drive-efidisk0.img.fidx", _folder.Root).FullName);
        Assert.Equal(["drive-efidisk0.img", "fw.conf.blob", "other", "qemu-server.conf"], _folder.Names());

        // What is in backups is for who saves it.
        if (!OperatingSystem.IsLinux()) return;
        Assert.All(_folder.Names(), name => Assert.Equal(0x180, FileStatus.TryOf(_folder[name], out _)!.Value.Mode));
    }

    [Fact]
    public void A_file_that_is_replaced_keeps_its_owner_and_its_mode()
    {
        AtomicFileTests.NeedsLinux();
        foreach (int mode in (int[])[0x180, 0x120, 0x1A4])
        {
            File.WriteAllText(_folder["fw.conf"], "mine");
            FileMutations.Default.SetMode(_folder["fw.conf"], mode);
            FileMutations.Default.SetMode(_folder.Root, 0x1ED);
            if (Environment.IsPrivilegedProcess) FileMutations.Default.SetOwner(_folder["fw.conf"], new FileOwner(34, 35));
            FileStatus before = FileStatus.TryOf(_folder["fw.conf"], out _)!.Value;
            Save("fw.conf.blob", _folder.Root, force: true);
            Assert.Equal(20, new FileInfo(_folder["fw.conf"]).Length);
            FileStatus after = FileStatus.TryOf(_folder["fw.conf"], out _)!.Value;
            Assert.Equal((mode, before.Owner), (after.Mode, after.Owner));

            // Where others can write, what is theirs may have been laid there for this; and a link has no rights of its own to hand on.
            if (!Environment.IsPrivilegedProcess) continue;
            FileMutations.Default.SetMode(_folder.Root, 0x3FF);
            Save("fw.conf.blob", _folder.Root, force: true);
            Assert.Equal((0x180, 0u), (FileStatus.TryOf(_folder["fw.conf"], out _)!.Value.Mode, FileStatus.TryOf(_folder["fw.conf"], out _)!.Value.Owner.User));
            FileMutations.Default.SetMode(_folder.Root, 0x1ED);
            File.Move(_folder["fw.conf"], _folder["theirs"], overwrite: true);
            FileMutations.Default.SetMode(_folder["theirs"], 0x1B6);
            File.CreateSymbolicLink(_folder["fw.conf"], _folder["theirs"]);
            Save("fw.conf.blob", _folder.Root, force: true);
            Assert.Equal(0x180, FileStatus.TryOf(_folder["fw.conf"], out _)!.Value.Mode);
            File.Delete(_folder["fw.conf"]);
        }
    }

    [Fact]
    public void What_is_there_is_only_replaced_when_that_is_wanted()
    {
        File.WriteAllText(_folder["fw.conf"], "mine");
        foreach (string destination in (string[])[_folder.Root, _folder["fw.conf"]])
        {
            var refused = Assert.Throws<PbsConflictException>(() => Save("fw.conf.blob", destination));
            Assert.Equal((PbsErrorId.DestinationExists, $"\"{_folder["fw.conf"]}\" exists already", "With -Force it is replaced."), (refused.ErrorId, refused.Message, refused.RecommendedAction));
            Assert.Equal("mine", File.ReadAllText(_folder["fw.conf"]));
        }

        Assert.True(Plan("fw.conf.blob", _folder["fw.conf"], force: true).Replaces);
        Assert.False(Plan("fw.conf.blob", _folder["new"], force: true).Replaces);
        Save("fw.conf.blob", _folder.Root, force: true);
        Assert.Equal(20, new FileInfo(_folder["fw.conf"]).Length);
        Assert.Equal(["fw.conf"], _folder.Names());
    }

    [Fact]
    public void A_name_may_be_as_long_as_the_system_lets_it()
    {
        string name = new('x', 255);
        Assert.Equal(name, Save("fw.conf.blob", _folder[name]).Name);
        Assert.Equal([name], _folder.Names());
    }

    [Fact]
    public void Where_nothing_can_be_written_is_said_before_anything_is_done()
    {
        Directory.CreateDirectory(_folder["taken/fw.conf"]);
        File.WriteAllText(_folder["file"], "");
        Assert.Equal(PbsErrorId.DestinationNotFound, Refusal(_folder["none/out"]));
        Assert.Equal(PbsErrorId.DestinationNotFound, Refusal(_folder["none"] + "/"));
        Assert.Equal(PbsErrorId.DestinationNotFound, Refusal(_folder["file/out"]));
        Assert.Equal(PbsErrorId.DestinationInvalid, Refusal(_folder["taken"]));
        Assert.Equal(["file", "taken", "taken/fw.conf"], _folder.Names());
        if (!OperatingSystem.IsLinux()) return;
        Assert.Equal(PbsErrorId.DestinationInvalid, Refusal("/dev/null"));
        using Process pipe = Process.Start("mkfifo", _folder["pipe"]);
        pipe.WaitForExit();
        Assert.Equal(PbsErrorId.DestinationInvalid, Refusal(_folder["pipe"]));

        // Through a link it is what the link leads to.
        File.CreateSymbolicLink(_folder["link"], _folder["file"]);
        Assert.Equal(_folder["file"], Save("fw.conf.blob", _folder["link"], force: true).FullName);
        Assert.Equal(_folder["file"], new FileInfo(_folder["link"]).LinkTarget);
    }

    [Fact]
    public void Nothing_is_ever_written_into_the_datastore_itself()
    {
        using GoldenStore copy = GoldenStore.Copy();
        Directory.CreateSymbolicLink(_folder["way"], copy.PathOf("vm/100"));
        foreach (string destination in (string[])[copy.Path, copy.PathOf("vm/100/x"), copy.PathOf($"{Vm}/fw.conf.blob"), _folder["way"]])
        {
            var refused = Assert.Throws<PbsArgumentException>(() => _engine.Content.Save(
                _engine.Resolver.ResolvePath(copy.Path), SnapshotPath.Parse(Vm), new SaveRequest("fw.conf.blob", destination) { Replace = true }, SnapshotFileSaveTests.Quiet, CancellationToken.None));
            Assert.Equal(PbsErrorId.DestinationGuarded, refused.ErrorId);
        }
    }

    [Theory]
    [InlineData(Fault.Killed, false)]
    [InlineData(Fault.KilledHalfWritten, false)]
    [InlineData(Fault.DiskFull, false)]
    [InlineData(Fault.Killed, true)]
    [InlineData(Fault.KilledHalfWritten, true)]
    [InlineData(Fault.DiskFull, true)]
    internal void A_file_is_whole_or_what_it_was(Fault fault, bool replace)
    {
        byte[] whole = File.ReadAllBytes(Save("drive-efidisk0.img.fidx", _folder.Root).FullName);
        int changes = RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                if (replace) File.WriteAllText(folder["out"], "before");
            },
            (folder, mutations) =>
            {
                PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations });
                var request = new SaveRequest("drive-efidisk0.img.fidx", folder["out"]) { Decode = true, Replace = replace };
                engine.Content.Save(engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), SnapshotPath.Parse(Vm), request, SnapshotFileSaveTests.Quiet, CancellationToken.None);
            },
            (folder, done) =>
            {
                bool isWhole = File.Exists(folder["out"]) && File.ReadAllBytes(folder["out"]).AsSpan().SequenceEqual(whole);
                if (done) Assert.True(isWhole);
                else if (replace) Assert.True(isWhole || File.ReadAllText(folder["out"]) == "before");
                else Assert.True(isWhole || !File.Exists(folder["out"]));

                // Who lives to clean up does.
                if (fault == Fault.DiskFull && !isWhole) Assert.Equal(replace ? ["out"] : [], folder.Names());
            });
        Assert.True(changes >= 4);
    }

    [Fact]
    public void A_full_disk_is_told_with_the_files_name()
    {
        PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = new RecordedMutations(Fault.DiskFull, 3) });
        var error = Assert.Throws<PbsStorageException>(() => engine.Content.Save(engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), SnapshotPath.Parse(Vm),
            new SaveRequest("drive-efidisk0.img.fidx", _folder["out"]) { Decode = true }, SnapshotFileSaveTests.Quiet, CancellationToken.None));
        Assert.Equal((PbsErrorId.DestinationUnwritable, $"unable to write \"{_folder["out"]}\" - No space left on device (os error 28)"), (error.ErrorId, error.Message));
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void Somebody_else_being_faster_is_no_harm_to_him()
    {
        var place = OutputPlace.Find(_folder["out"], "x", 3, replace: false);
        using (var output = new OutputFile(FileMutations.Default, place, 3))
        {
            output.Sink.Write([1, 2, 3]);
            File.WriteAllText(_folder["out"], "his");
            Assert.Equal(PbsErrorId.DestinationExists, Assert.Throws<PbsConflictException>(() => output.Complete(CancellationToken.None)).ErrorId);
        }

        Assert.Equal("his", File.ReadAllText(_folder["out"]));
        Assert.Equal(["out"], _folder.Names());
    }

    [Fact]
    public void A_folder_that_vanishes_is_told()
    {
        AtomicFileTests.NeedsLinux();
        Directory.CreateDirectory(_folder["gone"]);
        using var output = new OutputFile(FileMutations.Default, OutputPlace.Find(_folder["gone"], "x", 3, replace: false), 3);
        output.Sink.Write([1, 2, 3]);
        Directory.Delete(_folder["gone"], recursive: true);
        Assert.Equal(PbsErrorId.DestinationUnwritable, Assert.Throws<PbsStorageException>(() => output.Complete(CancellationToken.None)).ErrorId);
    }

    [Fact]
    public void Zeros_are_holes_and_take_no_room()
    {
        AtomicFileTests.NeedsLinux();
        const int size = 8 << 20;
        using (var output = new OutputFile(FileMutations.Default, OutputPlace.Find(_folder["out"], "x", size, replace: false), size))
        {
            output.Sink.WriteZeros(size / 4);
            output.Sink.WriteZeros(size / 4);
            output.Sink.Write([7]);
            output.Sink.WriteZeros((size / 2) - 1);
            output.Complete(CancellationToken.None);
        }

        byte[] expected = new byte[size];
        expected[size / 2] = 7;
        Assert.Equal(expected, File.ReadAllBytes(_folder["out"]));
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%b", _folder["out"]]) { RedirectStandardOutput = true })!;
        Assert.InRange(int.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture) * 512L, 1, size / 4);
    }

    [Fact]
    public void Pieces_in_any_order_make_the_file_and_what_is_nowhere_written_is_a_hole()
    {
        const int size = 1 << 20;
        byte[] expected = new byte[size];
        new Random(1).NextBytes(expected.AsSpan(0, size / 2));
        using (var output = new OutputFile(FileMutations.Default, OutputPlace.Find(_folder["out"], "x", size, replace: false), size))
        {
            var sink = Assert.IsAssignableFrom<IPlacedSink>(output.Sink);
            Parallel.For(0, 8, i => sink.WriteAt((7 - i) * (size / 16), expected.AsSpan((7 - i) * (size / 16), size / 16)));
            sink.Reach(size);
            output.Complete(CancellationToken.None);
        }

        Assert.Equal(expected, File.ReadAllBytes(_folder["out"]));
    }

    [Fact]
    public void A_save_that_is_stopped_leaves_nothing_half_done()
    {
        for (int delay = 0; delay < 20; delay += 2)
        {
            using var cancel = new CancellationTokenSource(delay);
            try
            {
                _engine.Content.Save(_engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), SnapshotPath.Parse(Vm),
                    new SaveRequest("drive-scsi0.img.fidx", _folder["out"]) { Decode = true }, SnapshotFileSaveTests.Quiet, cancel.Token);
            }
            catch (OperationCanceledException)
            {
                // Most of the times.
            }

            if (!File.Exists(_folder["out"])) Assert.Empty(_folder.Names());
            else Assert.Equal(16 << 20, new FileInfo(_folder["out"]).Length);
            File.Delete(_folder["out"]);
        }
    }

    [Fact]
    public void What_the_listener_throws_ends_it_and_comes_out()
    {
        using GoldenStore copy = GoldenStore.Copy("ds1-corrupt");
        PbsEngine engine = new PbsEngine(Connection.None);
        var listener = new SaveListener(_ => throw new InvalidOperationException("enough"), static (_, _) => { });
        Assert.Equal("enough", Assert.Throws<InvalidOperationException>(() => engine.Content.Save(engine.Resolver.ResolvePath(copy.Path), SnapshotPath.Parse(Vm),
            new SaveRequest("drive-scsi0.img.fidx", _folder["out"]) { Decode = true, AllowMissingChunk = true }, listener, CancellationToken.None)).Message);
        Assert.DoesNotContain(_folder.Names(), name => name.Contains(".tmp_", StringComparison.Ordinal));
    }

    [Fact]
    public void Gaps_are_told_with_all_that_leads_back()
    {
        List<ContentGapInfo> gaps = [];
        var request = new SaveRequest("multi.pxar.didx", _folder["out"]) { Decode = true, AllowMissingChunk = true };
        SnapshotPath snapshot = SnapshotPath.Parse("host/multi.chunk_test-1/2024-01-16T06:07:08Z");
        _engine.Content.Save(_engine.Resolver.ResolvePath(GoldenStore.Corrupt.Path), snapshot, request, new SaveListener(gaps.Add, static (_, _) => { }), CancellationToken.None);
        Assert.Equal([ChunkFault.Damaged, ChunkFault.Damaged, ChunkFault.Missing], gaps.Select(gap => gap.Fault).Order().Reverse());
        byte[] saved = File.ReadAllBytes(_folder["out"]);
        Assert.Equal(1100461, saved.Length);
        foreach (ContentGapInfo gap in gaps)
        {
            Assert.Equal((snapshot.ToString(), "multi.pxar.didx", _folder["out"]), ($"{gap.BackupType}/{gap.BackupId}/{BackupTime.Format(gap.BackupTime.ToUnixTimeSeconds())}", gap.FileName, gap.Path));
            Assert.Equal($"{snapshot}/multi.pxar.didx at {gap.Offset}", gap.ToString());
            Assert.Equal(-1, saved.AsSpan((int)gap.Offset, (int)gap.Length).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void A_block_device_is_written_as_a_whole_zeros_too()
    {
        using Loop device = Loop.Of(_folder["disk"], 1 << 20);
        const string file = "drive-efidisk0.img.fidx";
        byte[] image = File.ReadAllBytes(Save(file, _folder.Root).FullName);
        Assert.Equal(PbsErrorId.DestinationExists, Assert.Throws<PbsConflictException>(() => Save(file, device.Path)).ErrorId);
        var small = Assert.Throws<PbsArgumentException>(() => Save("drive-scsi0.img.fidx", device.Path, force: true));
        Assert.Equal((PbsErrorId.DestinationTooSmall, $"\"{device.Path}\" holds {1 << 20} bytes, and {16 << 20} are to be written to it"), (small.ErrorId, small.Message));
        Assert.All(device.Read(), each => Assert.Equal(0xAA, each));

        Assert.True(Plan(file, device.Path, force: true).Replaces);
        Assert.Equal(device.Path, Save(file, device.Path, force: true).FullName);
        byte[] written = device.Read();
        Assert.Equal(image, written[..image.Length]);
        Assert.All(written[image.Length..], each => Assert.Equal(0xAA, each));

        // Somebody who has it mounted claims it like this.
        using BlockDevice claim = BlockDevice.Claim(device.Path);
        var busy = Assert.Throws<PbsStorageException>(() => Save(file, device.Path, force: true));
        Assert.Equal($"unable to open \"{device.Path}\" - Device or resource busy (os error 16)", busy.Message);
    }

    private string Refusal(string destination)
    {
        string planned = Assert.ThrowsAny<PbsException>(() => Plan("fw.conf.blob", destination, force: true)).ErrorId;
        Assert.Equal(planned, Assert.ThrowsAny<PbsException>(() => Save("fw.conf.blob", destination, force: true)).ErrorId);
        return planned;
    }

    private SavePlan Plan(string file, string destination, bool force) => _engine.Content.CheckSave(
        _engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), SnapshotPath.Parse(Vm), new SaveRequest(file, destination) { Decode = true, Replace = force });

    private FileInfo Save(string file, string destination, bool decode = true, bool force = false) => _engine.Content.Save(
        _engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), SnapshotPath.Parse(Vm), new SaveRequest(file, destination) { Decode = decode, Replace = force }, SnapshotFileSaveTests.Quiet, CancellationToken.None);

    /// <summary>A block device over a file; only where the system lets us make one.</summary>
    private sealed class Loop(string path) : IDisposable
    {
        public string Path { get; } = path;

        public static Loop Of(string file, int length)
        {
            if (!OperatingSystem.IsLinux() || LibC.EffectiveUser() != 0) Skip.Because("only root can make a block device to write to");
            byte[] content = new byte[length];
            Array.Fill(content, (byte)0xAA);
            File.WriteAllBytes(file, content);
            string path = "";
            try
            {
                path = Run("losetup", "--find", "--show", file).Trim();
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No such program.
            }

            if (!path.StartsWith("/dev/", StringComparison.Ordinal)) Skip.Because("losetup makes no loop devices here");
            return new Loop(path);
        }

        public byte[] Read()
        {
            byte[] content = new byte[1 << 20];
            using FileStream device = File.OpenRead(Path);
            device.ReadExactly(content);
            return content;
        }

        public void Dispose() => Run("losetup", "--detach", Path);

        private static string Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return output;
        }
    }
}
