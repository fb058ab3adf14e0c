using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>How many files may still be opened.</summary>
public sealed class HandleLimitTests : IDisposable
{
    private readonly TemporaryFolder _process = new();

    public void Dispose() => _process.Dispose();

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1022)]
    [InlineData("Max open files            1                    1                    files     ", 0)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max locked memory         65536                65536                bytes     ", null)]
    public void It_is_the_limit_that_holds_now_less_what_is_open(string line, int? left)
    {
        File.WriteAllText(_process["limits"], $"Limit                     Soft Limit           Hard Limit           Units     \n{line}\n");
        Directory.CreateDirectory(_process["fd"]);
        for (int i = 0; i < 2; i++) File.WriteAllText(_process[$"fd/{i}"], "");
        Assert.Equal(left, HandleLimit.Left(_process.Root));
    }

    [Fact]
    public void Where_it_is_not_told_it_is_not_known() => Assert.Null(HandleLimit.Left(_process.Root));

    [Fact]
    public void Linux_tells_it()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("There is no /proc elsewhere.");
        Assert.True(HandleLimit.Left() is null or > 0);
    }
}
