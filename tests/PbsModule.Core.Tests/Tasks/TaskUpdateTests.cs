using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Task lists brought up to date: what the real server leaves, and what a crash leaves.</summary>
public class TaskUpdateTests
{
    private const string Over = "UPID:pbs-one:00000007:00000007:00000000:663D0000:verify:a:root@pam:";
    private const string OverToo = "UPID:pbs-one:00000007:00000007:00000001:663D0001:verify:b:root@pam:";
    private const string Earlier = "UPID:pbs-one:00000006:00000006:00000000:663C0000:verify:z:root@pam: 663C0001 OK";

    [Fact]
    public void Stale_tasks_are_moved_as_PBS_moves_them()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        JsonElement after = Corpus.Json("tasks/tasks.json").RootElement.GetProperty("files-after-iter");
        Update(tree, FileMutations.Default);
        foreach (string file in new[] { "active", "archive" }) Assert.Equal(after.GetProperty(file).GetString(), tree.Text(file));
    }

    [Fact]
    public void The_index_of_PBS_1_is_merged()
    {
        using TaskTree tree = TaskTree.Packed("index");
        JsonElement after = Corpus.Json("tasks/index.json").RootElement.GetProperty("after");
        Update(tree, FileMutations.Default);
        Assert.Equal(after.GetProperty("active").GetString(), tree.Text("active"));
        Assert.Equal(after.GetProperty("archive").GetString(), tree.Text("archive"));
        Assert.False(File.Exists(tree.Folder.Index));
    }

    [Fact]
    public void Running_tasks_stay()
    {
        using TaskTree tree = TaskTree.Packed("running");
        JsonElement files = Corpus.Json("tasks/running.json").RootElement.GetProperty("files");
        Update(tree, FileMutations.Default);
        Assert.Equal(files.GetProperty("active").GetString(), tree.Text("active"));
        Assert.Equal(files.GetProperty("archive").GetString(), tree.Text("archive"));
    }

    [Fact]
    public void A_task_of_another_host_is_left_to_that_host()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        string before = tree.Text("active");
        new TaskUpdate(new TaskFolder(tree.Root, tree.Processes, FileMutations.Default, tree.Time, "elsewhere")).Run(null, null, TestContext.Current.CancellationToken);
        Assert.Equal(before, tree.Text("active"));
    }

    [Fact]
    public void Lines_that_are_no_entries_go_and_what_is_no_text_stays()
    {
        JsonElement cases = Corpus.Json("tasks/broken.json").RootElement.GetProperty("cases");
        foreach (string name in new[] { "active-garbage", "active-without-final-newline" })
        {
            using TaskTree tree = TaskTree.Broken(name, 1715284800);
            Update(tree, FileMutations.Default);
            Assert.Equal(cases.GetProperty(name).GetProperty("after").GetProperty("active").GetString(), tree.Text("active"));
        }

        using TaskTree invalid = TaskTree.Broken("active-invalid-utf8", 1715284800);
        Assert.Throws<PbsFormatException>(() => Update(invalid, FileMutations.Default));
        Assert.Equal("FF0A", Convert.ToHexString(File.ReadAllBytes(invalid.Folder.Active)));
    }

    [Fact]
    public void Files_are_PBSs()
    {
        AtomicFileTests.NeedsLinux();
        using TaskTree tree = Tree();
        if (AtomicFileTests.IsRoot) FileMutations.Default.SetOwner(tree.Root, new FileOwner(34, 34));
        Update(tree, FileMutations.Default);
        foreach (string file in new[] { tree.Folder.Active, tree.Folder.Archive, tree.Folder.Lock })
        {
            FileStatus status = FileStatus.TryOf(file, out _)!.Value;
            Assert.Equal(0x1B0, status.Mode);
            if (AtomicFileTests.IsRoot && file != tree.Folder.Archive) Assert.Equal(new FileOwner(34, 34), status.Owner);
        }
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void An_update_that_ends_anywhere_loses_and_doubles_nothing(Fault fault)
    {
        AtomicFileTests.NeedsLinux();
        for (int n = 1; ; n++)
        {
            using TaskTree tree = Tree();
            var mutations = new RecordedMutations(fault, n);
            try
            {
                Update(tree, mutations);
            }
            catch (Exception e) when (e is KilledException or PbsException)
            {
                Assert.True(mutations.Failed);
            }

            string[] all = [Over, OverToo, Earlier.Split(' ')[0]];
            Assert.Equal(all.Order(StringComparer.Ordinal), TaskListTests.Read(tree, TaskDamage.ReadOn, out _).Select(t => t.Upid.ToString()).Order(StringComparer.Ordinal));

            // The next update, of whoever, mends what is left.
            Update(tree, FileMutations.Default);
            Assert.Equal("", tree.Text("active"));
            Assert.Equal(all.Order(StringComparer.Ordinal), tree.Text("archive").TrimEnd('\n').Split('\n').Select(l => l.Split(' ')[0]).Order(StringComparer.Ordinal));
            if (!mutations.Failed) break;
        }
    }

    [Theory]
    [InlineData("UPID:pbs-one:00000007:00000007:00000000:663D0000:verify:a:root@pam: 663D00", false)]
    [InlineData("UPID:pbs-one:00000007:00000007:00000000:663D0000:verify:a:root@pam: 663D0001 some err", false)]
    [InlineData("UPID:pbs-one:00000005:00000005:00000000:663B0000:verify:y:root@pam: 663B0001 OK", true)]
    public void A_torn_last_line_is_replaced_and_a_whole_one_kept(string last, bool kept)
    {
        using TaskTree tree = Tree();
        File.AppendAllText(tree.Folder.Archive, last);
        Update(tree, FileMutations.Default);
        string[] lines = tree.Text("archive").TrimEnd('\n').Split('\n');
        Assert.Equal(kept ? 4 : 3, lines.Length);
        Assert.Equal(kept, lines.Contains(last));
        Assert.All(lines, l => Assert.True(TaskListEntry.TryParse(l, out _, out _), l));
    }

    [Fact]
    public void An_update_waits_for_the_lists_and_gives_up()
    {
        AtomicFileTests.NeedsLinux();
        using TaskTree tree = Tree();
        using var other = new SecondProcess();
        File.WriteAllText(tree.Folder.Lock, "");
        Assert.Equal("held", other.Ask("take", "x", "lockfile", "Shared", tree.Folder.Lock));
        Assert.Equal(2 + 1, TaskListTests.Read(tree, TaskDamage.AsServer, out _).Count);
        Assert.Equal(PbsErrorId.TaskListLocked, Assert.Throws<PbsLockedException>(() => Update(tree, FileMutations.Default)).ErrorId);
        Assert.Equal(TimeSpan.FromSeconds(10), tree.Time.Passed);
        Assert.Equal("released", other.Ask("release", "x"));
        Assert.Equal("held", other.Ask("take", "y", "lockfile", "Exclusive", tree.Folder.Lock));
        Assert.Throws<PbsLockedException>(() => TaskListTests.Read(tree, TaskDamage.AsServer, out _));
        other.Kill();
        Update(tree, FileMutations.Default);
    }

    [Fact]
    public void Archives_are_rotated_and_logs_removed_as_PBS_does()
    {
        foreach (JsonElement item in Corpus.Json("tasks/cleanup.json").RootElement.GetProperty("cases").EnumerateArray())
        {
            using TaskTree tree = TaskTree.Packed("tasks");
            string[] before = Names(tree);
            var update = new TaskUpdate(tree.Folder);
            var rotation = new TaskRotation(tree.Folder);
            var task = new Upid("pbs-one", 0x1234, 0x5678, 0, tree.Folder.Now, "logrotate", null, "root@pam");
            Directory.CreateDirectory(tree.Folder.LogFolder(task));
            File.WriteAllText(tree.Folder.LogPath(task)!, TaskLogText.Format(tree.Time.GetUtcNow(), "TASK OK"));
            update.Run(task, null, TestContext.Current.CancellationToken);

            int? maxDays = item.GetProperty("max_days") is { ValueKind: JsonValueKind.Number } days ? days.GetInt32() : null;
            bool rotated = rotation.Rotate(item.GetProperty("size_threshold").GetInt64(), item.GetProperty("max_files").GetInt32(), maxDays, TestContext.Current.CancellationToken);
            Assert.Equal(item.GetProperty("rotated").GetBoolean(), rotated);
            Assert.Equal(Texts(item, "archive-files-after-rotate"), TaskArchiveFiles.Paths(tree.Folder).Select(Path.GetFileName));
            rotation.RemoveOldLogs(TestContext.Current.CancellationToken);
            update.Run(null, task, TestContext.Current.CancellationToken);
            Assert.Equal(Texts(item, "archive-files-at-the-end"), TaskArchiveFiles.Paths(tree.Folder).Select(Path.GetFileName));
            Assert.Equal(Texts(item, "removed").Order(StringComparer.Ordinal), before.Except(Names(tree)).Order(StringComparer.Ordinal));
            Assert.Equal([Path.GetRelativePath(tree.Root, tree.Folder.LogPath(task)!)], Names(tree).Except(before));
        }
    }

    [Fact]
    public void Rotation_keeps_every_task()
    {
        using TaskTree tree = TaskTree.Packed("tasks");
        Update(tree, FileMutations.Default);
        string[] before = [.. TaskListTests.Read(tree, TaskDamage.AsServer, out _).Select(t => t.ToString())];
        Assert.True(new TaskRotation(tree.Folder).Rotate(10, 20, null, TestContext.Current.CancellationToken));
        Assert.Equal(["archive.1", "archive.2.zst", "archive.3.zst", "archive.4.zst"], Directory.EnumerateFiles(tree.Folder.Path, "archive*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        File.WriteAllText(tree.Folder.Archive, "");
        Assert.Equal(before, TaskListTests.Read(tree, TaskDamage.AsServer, out _).Select(t => t.ToString()));
        Assert.False(new TaskRotation(tree.Folder).Rotate(10, 20, null, TestContext.Current.CancellationToken));
    }

    private static void Update(TaskTree tree, IFileMutations mutations) =>
        new TaskUpdate(tree.FolderWith(mutations)).Run(null, null, CancellationToken.None);

    private static TaskTree Tree()
    {
        TaskTree tree = TaskTree.Empty();
        File.WriteAllText(tree.Folder.Active, $"{Over}\n{OverToo}\n");
        File.WriteAllText(tree.Folder.Archive, Earlier + "\n");
        FileMutations.Default.SetMode(tree.Folder.Archive, 0x1B0);
        foreach (string text in new[] { Over, OverToo })
        {
            Upid upid = Upid.Parse(text);
            Directory.CreateDirectory(tree.Folder.LogFolder(upid));
            File.WriteAllText(tree.Folder.LogPath(upid)!, "2024-05-09T20:00:21+00:00: TASK ERROR: some error\n");
        }

        return tree;
    }

    private static IEnumerable<string> Texts(JsonElement item, string name) => item.GetProperty(name).EnumerateArray().Select(f => f.GetString()!);

    private static string[] Names(TaskTree tree) =>
        [.. Directory.EnumerateFiles(tree.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(p => Path.GetRelativePath(tree.Root, p))];
}
