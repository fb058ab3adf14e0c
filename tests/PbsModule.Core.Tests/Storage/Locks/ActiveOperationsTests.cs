using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>The count of operations that PBS's maintenance modes wait for.</summary>
public sealed class ActiveOperationsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ActiveOperationsTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public void Operations_are_counted_while_they_last()
    {
        using (IDisposable read = Operations().Register(OperationKind.Read, TestContext.Current.CancellationToken))
        using (IDisposable again = Operations().Register(OperationKind.Read, TestContext.Current.CancellationToken))
        using (IDisposable write = Operations().Register(OperationKind.Write, TestContext.Current.CancellationToken))
        {
            Assert.Equal((2L, 1L), Operations().Totals());
            ProcessIdentity self = ProcessTable.Default.Current;
            Assert.Equal($"[{{\"pid\":{self.Id},\"starttime\":{self.Start},\"active_operations\":{{\"read\":2,\"write\":1}}}}]", Text());
            read.Dispose();
            read.Dispose();
            Assert.Equal((1L, 1L), Operations().Totals());
        }

        Assert.Equal((0L, 0L), Operations().Totals());
        Assert.Equal(0x1B0, FileStatus.TryOf(_folder["active-operations/store1"], out _)!.Value.Mode);
    }

    [Fact]
    public void Another_process_counts_as_long_as_it_lives()
    {
        using IDisposable mine = Operations().Register(OperationKind.Read, TestContext.Current.CancellationToken);
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", "operation", "Exclusive", _folder.Root, "store1"));
        Assert.Equal((1L, 1L), Operations().Totals());
        other.Kill();
        Assert.Equal((1L, 0L), Operations().Totals());
        using IDisposable more = Operations().Register(OperationKind.Read, TestContext.Current.CancellationToken);
        Assert.DoesNotContain($"\"pid\":{other.Id},", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_of_processes_that_are_gone_are_dropped_and_others_kept()
    {
        Directory.CreateDirectory(_folder["active-operations"]);
        ulong init = ProcessTable.Default.StartOf(1) ?? 0;
        ProcessIdentity self = ProcessTable.Default.Current;
        File.WriteAllText(_folder["active-operations/store1"], $$$"""
            [{"pid": 1, "starttime": {{{init}}}, "active_operations": {"read": 3, "write": 4}, "more": [1]},
             {"pid": {{{self.Id}}}, "starttime": {{{self.Start + 1}}}, "active_operations": {"read": 7, "write": 7}},
             {"pid": 4294967295, "starttime": 0, "active_operations": {"read": 7, "write": 7}}]
            """);
        if (init == 0) Skip.Because("process 1 cannot be seen here");
        Assert.Equal((3L, 4L), Operations().Totals());
        using IDisposable mine = Operations().Register(OperationKind.Write, TestContext.Current.CancellationToken);
        Assert.Equal((3L, 5L), Operations().Totals());
        Assert.Equal([1u, (uint)self.Id], ActiveOperationsText.Parse(File.ReadAllBytes(_folder["active-operations/store1"])).Select(o => o.Pid));
    }

    [Fact]
    public void Without_a_run_directory_nobody_counts()
    {
        var operations = new ActiveOperations(_folder["run"], "store1", ProcessTable.Default, FileMutations.Default, TimeProvider.System);
        using (operations.Register(OperationKind.Write, TestContext.Current.CancellationToken)) Assert.Equal((0L, 0L), operations.Totals());
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void A_damaged_file_is_told_and_left()
    {
        Directory.CreateDirectory(_folder["active-operations"]);
        File.WriteAllText(_folder["active-operations/store1"], "[{]");
        var error = Assert.Throws<PbsFormatException>(() => Operations().Register(OperationKind.Read, TestContext.Current.CancellationToken));
        Assert.Equal(_folder["active-operations/store1"], error.File);
        Assert.Equal("[{]", Text());
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void A_count_that_ends_anywhere_leaves_old_or_new(Fault fault)
    {
        const string before = "[]";
        RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                Directory.CreateDirectory(folder["active-operations"]);
                File.WriteAllText(folder["active-operations/store1"], before);
            },
            (folder, mutations) => new ActiveOperations(folder.Root, "store1", ProcessTable.Default, mutations, TimeProvider.System).Register(OperationKind.Read, CancellationToken.None),
            (folder, done) =>
            {
                string text = File.ReadAllText(folder["active-operations/store1"]);
                if (done) Assert.NotEqual(before, text);
                else if (text != before) Assert.Single(ActiveOperationsText.Parse(Encoding.UTF8.GetBytes(text)));
            });
    }

    [Fact]
    public void Hostile_files_are_refused_without_harm()
    {
        byte[] sample = """[{"pid":1,"starttime":2,"active_operations":{"read":3,"write":4}},{"pid":2,"starttime":2,"active_operations":{"read":-3,"write":4}}]"""u8.ToArray();
        MutationFuzz.Run([sample], input => ActiveOperationsText.Format(ActiveOperationsText.Parse(input)));
    }

    public void Dispose() => _folder.Dispose();

    private ActiveOperations Operations() => new(_folder.Root, "store1", ProcessTable.Default, FileMutations.Default, TimeProvider.System);

    private string Text() => File.ReadAllText(_folder["active-operations/store1"]);
}
