using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>Folders that are read, in both ways.</summary>
public sealed class FolderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_open_folder_can_be_listed_again_and_shows_what_has_changed(bool isPortable)
    {
        using var temporary = new TemporaryFolder();
        FolderAccess access = isPortable ? FolderAccess.Portable : FolderAccess.Default;
        Directory.CreateDirectory(temporary["a/b"]);
        Assert.Equal(0, access.Open(temporary.Root, out Folder? folder));
        Folder? child = null;
        using (folder)
        {
            Assert.Equal(["a"], Names(folder!));
            Directory.CreateDirectory(temporary["c"]);
            Assert.Equal(["a", "c"], Names(folder!));
            foreach (string name in (string[])["a", "c", "a"])
            {
                Assert.Equal(0, folder!.OpenFolder(System.Text.Encoding.UTF8.GetBytes(name), ref child));
                using (child) Assert.Equal(Names(child!), name == "a" ? ["b"] : []);
            }
        }
    }

    private static string[] Names(Folder folder)
    {
        var entries = new EntryList();
        Assert.Equal(0, folder.List(entries));
        return [.. Enumerable.Range(0, entries.Count).Select(i => entries.Text(i, out _)).Order(StringComparer.Ordinal)];
    }
}
