using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PbsModule.Core.Tests;

/// <summary>Finds what a real PBS wrote: the copies under tests/corpus, laid out like the originals.</summary>
internal static class Corpus
{
    public static string RepositoryRoot { get; } = typeof(Corpus).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepositoryRoot").Value!;

    public static string Folder { get; } = Path.Combine(RepositoryRoot, "tests", "corpus");

    /// <summary>Full path of a corpus file, given relative to tests/corpus.</summary>
    public static string PathOf(string relative) => Path.Combine(Folder, relative.Replace('/', Path.DirectorySeparatorChar));

    public static byte[] Bytes(string relative) => File.ReadAllBytes(PathOf(relative));

    public static JsonNode JsonNode(string relative) => System.Text.Json.Nodes.JsonNode.Parse(Bytes(relative))!;

    public static JsonDocument Json(string relative) => JsonDocument.Parse(Bytes(relative));
}
