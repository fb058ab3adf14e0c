using System.Text;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Tests;

/// <summary>Random trees, archived in either form, cut into chunks anywhere, and restored: they are what they were.</summary>
public sealed class RestorePropertyTests : IDisposable
{
    private const int Rounds = 40;

    private readonly TemporaryFolder _folder = new();

    private string Target => Path.Combine(_folder.Root, "target");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whatever_tree_is_archived_comes_back()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            Dictionary<string, (int Mode, string? Content, string? Target, long Time)> made = [];
            using MemoryStream? payload = random.Next(2) == 0 ? new MemoryStream() : null;
            byte[] archive = ArchiveOnDisk.Write(writer => Fill(writer, "", 0), payload);
            using var store = new StoreOnDisk();
            store.AddArchive(archive, payload?.ToArray(), chunkSize: random.Next(1, 5_000));
            PbsEngine engine = new PbsEngine(Connection.None);
            var listener = new ArchiveListener(static _ => { }, problem => Assert.Fail($"seed {seed}: {problem.Message}"), static (_, _, _) => { });
            Assert.Equal(0, engine.Expansion.ExpandArchive(engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new ExpandRequest(Target), listener, CancellationToken.None).Failed);
            SortedDictionary<string, FileState> tree = TreeOnDisk.Read(Target);
            Assert.Equal(made.Keys.Order(StringComparer.Ordinal), tree.Keys);
            foreach ((string path, (int mode, string? content, string? target, long time)) in made)
            {
                FileState state = tree[path];
                Assert.Equal((seed, path, mode, content, target, time), (seed, path, state.Mode, state.Hash, state.Target, state.ModificationTime / 1_000_000_000));
            }

            TreeOnDisk.Delete(Target);

            void Fill(PxarWriter writer, string prefix, int depth)
            {
                foreach (string name in Enumerable.Range(0, random.Next(6)).Select(_ => $"{(char)random.Next('a', 'f')}{random.Next(3)}\xE4").Distinct().Order(StringComparer.Ordinal))
                {
                    byte[] bytes = Encoding.UTF8.GetBytes(name);
                    string path = $"{prefix}/{name}";
                    uint permissions = (uint)random.Next(0x200) | 0x1C0;
                    PxarStat stat = new(permissions, 0, 0, 0, random.Next(), 5_000);
                    int kind = random.Next(depth < 4 ? 4 : 3);
                    if (kind == 3)
                    {
                        made[path] = ((int)permissions | 0x4000, null, null, stat.Seconds);
                        writer.StartDirectory(new PxarEntry { Name = bytes, Type = CatalogEntryType.Directory, Stat = stat with { Mode = permissions | 0x4000 } });
                        Fill(writer, path, depth + 1);
                        writer.EndDirectory();
                    }
                    else if (kind == 2)
                    {
                        made[path] = (0xA1FF, null, $"../{name}", stat.Seconds);
                        writer.Add(new PxarEntry { Name = bytes, Type = CatalogEntryType.SymbolicLink, Stat = stat with { Mode = 0xA1FF }, LinkTarget = Encoding.UTF8.GetBytes($"../{name}") }, []);
                    }
                    else
                    {
                        byte[] content = new byte[random.Next(kind == 0 ? 10 : 20_000)];
                        if (random.Next(3) > 0) random.NextBytes(content);
                        made[path] = ((int)permissions | 0x8000, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), null, stat.Seconds);
                        writer.Add(new PxarEntry { Name = bytes, Type = CatalogEntryType.File, Stat = stat with { Mode = permissions | 0x8000 } }, content);
                    }
                }
            }
        }
    }
}
