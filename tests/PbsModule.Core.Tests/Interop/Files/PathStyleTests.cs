using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>Paths of every system, judged on any of them.</summary>
public sealed class PathStyleTests
{
    [Theory]
    [InlineData(@"C:\store", true, false)]
    [InlineData("C:/store", true, true)]
    [InlineData("C:", true, false)]
    [InlineData("c:store", true, false)]
    [InlineData(@"\\server\share\store", true, false)]
    [InlineData(@"\\?\C:\a very long path", true, false)]
    [InlineData("//server/share", true, true)]
    [InlineData(@".\store", true, true)]
    [InlineData(@"~\store", true, true)]
    [InlineData("~", true, true)]
    [InlineData("/mnt/store", true, true)]
    [InlineData("store1", false, false)]
    [InlineData("a.b-c_d", false, false)]
    [InlineData("x~1", false, false)]
    public void A_path_is_told_from_a_name(string text, bool windows, bool linux)
    {
        Assert.Equal(windows, PathStyle.Windows.IsPath(text));
        Assert.Equal(linux, PathStyle.Linux.IsPath(text));
        Assert.Equal(linux, PathStyle.MacOS.IsPath(text));
    }

    [Theory]
    [InlineData(@"D:\Store\vm", @"d:\store", true)]
    [InlineData(@"D:\store", @"D:\store", false)]
    [InlineData(@"D:\store2\vm", @"D:\store", false)]
    [InlineData(@"D:\anything", @"D:\", true)]
    [InlineData(@"\\SERVER\Share\store\ct", @"\\server\share\store", true)]
    [InlineData("D:/store/vm", @"D:\store", false)]
    public void What_lies_in_a_folder_of_Windows(string path, string folder, bool inside) => Assert.Equal(inside, PathStyle.Windows.IsInside(path, folder));

    [Theory]
    [InlineData("/mnt/store/vm", "/mnt/store", true, true)]
    [InlineData("/mnt/Store/vm", "/mnt/store", false, true)]
    [InlineData("/mnt/store", "/mnt/store", false, false)]
    [InlineData("/mnt/storeroom", "/mnt/store", false, false)]
    [InlineData("/mnt", "/", true, true)]
    [InlineData(@"/mnt/store\vm", "/mnt/store", false, false)]
    public void What_lies_in_a_folder_of_Unix(string path, string folder, bool linux, bool mac)
    {
        Assert.Equal(linux, PathStyle.Linux.IsInside(path, folder));
        Assert.Equal(mac, PathStyle.MacOS.IsInside(path, folder));
    }

    [Theory]
    [InlineData("root.pxar", null)]
    [InlineData("drive-scsi0.img", null)]
    [InlineData("console.log", null)]
    [InlineData("COM10.log", null)]
    [InlineData("nul", "device")]
    [InlineData("NUL.img", "device")]
    [InlineData("con.conf", "device")]
    [InlineData("Aux.pxar", "device")]
    [InlineData("com1", "device")]
    [InlineData("LPT9.txt", "device")]
    [InlineData("COM\u00B2", "device")]
    [InlineData("nul .txt", "device")]
    [InlineData("a.", "drop")]
    [InlineData("a ", "drop")]
    [InlineData("a:b", "character")]
    [InlineData(@"a\b", "character")]
    [InlineData("a*", "character")]
    [InlineData("a\tb", "character")]
    public void Names_that_Windows_does_not_take(string name, string? problem)
    {
        Assert.Null(PathStyle.Linux.ProblemOf(name));
        if (problem is null) Assert.Null(PathStyle.Windows.ProblemOf(name));
        else Assert.Contains(problem, PathStyle.Windows.ProblemOf(name), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_nobody_takes() =>
        Assert.All((string[])["", ".", "..", "a/b", "a\0b"], name => Assert.All([PathStyle.Linux, PathStyle.MacOS, PathStyle.Windows], style => Assert.NotNull(style.ProblemOf(name))));
}
