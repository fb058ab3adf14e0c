using System.Globalization;
using PbsModule.Core.Tasks;
using PbsModule.Presentation;

namespace PbsModule.Core.Tests;

public sealed class TaskProgressTextTests
{
    private const long GiB = 1L << 30;

    public TaskProgressTextTests() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    [Theory]
    [InlineData(null, GiB, 4 * GiB, TaskProgressUnit.Bytes, "1.00 GiB of 4.00 GiB, 512 MiB/s")]
    [InlineData("vm/100", GiB, 0, TaskProgressUnit.Bytes, "vm/100: 1.00 GiB, 512 MiB/s")]
    [InlineData("", 0, GiB, TaskProgressUnit.Bytes, "0 B of 1.00 GiB")]
    [InlineData("chunk folders", 1234, 65536, TaskProgressUnit.Items, "chunk folders: 1,234 of 65,536")]
    [InlineData("groups", 7, 0, TaskProgressUnit.Items, "groups: 7")]
    public void Status_says_how_much_and_how_fast(string? status, long done, long total, TaskProgressUnit unit, string expected) =>
        Assert.Equal(expected, TaskProgressText.Status(new TaskProgress("verify", status, done, total, unit), TimeSpan.FromSeconds(2)));
}
