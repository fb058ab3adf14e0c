namespace PbsModule.Core.Tests;

/// <summary>A snapshot in <see cref="RetentionModel"/>.</summary>
/// <param name="path">Path of its folder, relative to the store.</param>
/// <param name="chunks">Numbers of the chunks it refers to.</param>
internal sealed class ModelSnapshot(string path, int[] chunks)
{
    public string Path { get; } = path;

    public int[] Chunks { get; } = chunks;

    public bool IsProtected { get; set; }
}
