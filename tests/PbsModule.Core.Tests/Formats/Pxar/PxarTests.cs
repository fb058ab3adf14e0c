using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Tests;

/// <summary>Archives as PBS wrote them: every entry with all its metadata, found both ways, and written again.</summary>
public sealed class PxarTests
{
    private static readonly byte[] GoldenKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<string> Files => [.. Names("pxar", "*.pxar").Concat(Names("pxar/v2", "*.mpxar").Select(name => "v2/" + name))];

    public static TheoryData<string> Unified => [.. Names("pxar", "*.pxar")];

    public static TheoryData<string> Stored => [.. Names("ds1.expected/pxar", "*.json")];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_listed_with_all_its_metadata(string name)
    {
        Compare(PxarWalk.Open(name), $"pxar/{name}.json");
        Conformance.Agrees(Conformance.Archives, $"listed {name}");
    }

    [Theory]
    [MemberData(nameof(Stored))]
    public void An_archive_in_a_store_is_listed_with_all_its_metadata(string name)
    {
        using StoredArchive archive = Open(name);
        Compare(new PxarReader(archive), $"ds1.expected/pxar/{name}.json");
        Conformance.Agrees(Conformance.Archives, $"listed {name}");
    }

    [Fact]
    public void Whoever_looks_up_names_of_one_directory_reads_its_table_once()
    {
        const int count = 500;
        var source = new CountingSource(ArchiveOnDisk.Write(writer =>
        {
            for (int i = 0; i < count; i++) writer.Add(ArchiveOnDisk.File_($"f{i:D3}"), "x"u8);
        }));
        var reader = new PxarReader(source);
        for (int i = 0; i < count; i++) Assert.NotNull(reader.Find(reader.Root, Encoding.UTF8.GetBytes($"f{i:D3}")));

        // Headers of entries are read twice: to tell what they are, and for what they hold.
        Assert.InRange(source.BytesRead, 1, 2 * source.Length);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_entry_is_found_by_its_name(string name)
    {
        PxarReader reader = PxarWalk.Open(name);
        Look(reader.Root);
        void Look(PxarEntry directory)
        {
            PxarEntry[] children = [.. reader.List(directory)];

            // What the client adds by itself comes last.
            byte[][] names = [.. children.Select(child => child.Name.ToArray()).Where(name => !name.AsSpan().SequenceEqual(".pxarexclude-cli"u8))];
            Assert.Equal(names.Order(Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))), names);
            foreach (PxarEntry child in children)
            {
                PxarEntry found = reader.Find(directory, child.Name.Span)!;
                Assert.Equal((child.Position, child.Type, child.Size), (found.Position, found.Type, found.Size));
                if (child.IsDirectory) Look(child);
            }

            Assert.Null(reader.Find(directory, "no such name"u8));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Without_tables_the_same_is_found(string name)
    {
        PxarReader reader = PxarWalk.Open(name);
        string[] expected = [.. PxarWalk.All(reader).Select(found => found.Path)];
        foreach (bool visit in (bool[])[true, false])
        {
            List<string> seen = ["/"];
            Scan("/", reader.Root, reader.Root.Body);
            Assert.Equal(visit ? expected : expected.Where(path => path.LastIndexOf('/') == 0), seen);

            void Scan(string path, PxarEntry directory, long body)
            {
                PxarEntry open = new() { Name = directory.Name, Type = directory.Type, Body = body, Limit = directory.Limit, Start = directory.Start };
                foreach (PxarChild child in new PxarScan(Source(name), open).Children())
                {
                    Assert.Null(child.Error);
                    string below = $"{path.TrimEnd('/')}/{child.Entry}";
                    seen.Add(below);
                    if (visit && child.Entry!.IsDirectory) Scan(below, child.Entry, child.Entry.Body);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Written_again_it_is_byte_identical(string name)
    {
        // One has content that was there before, in places of its own.
        if (name == "v2/reused") return;
        PxarReader reader = PxarWalk.Open(name);
        bool isSplit = reader.Version == 2;
        using MemoryStream archive = new(), payload = new();
        var writer = new PxarWriter(archive, isSplit ? payload : null, reader.Prelude.IsEmpty ? null : reader.Prelude.ToArray());
        Dictionary<long, long> positions = [];
        Write(reader.Root);
        Assert.Equal(Corpus.Bytes($"pxar/{name}.{(isSplit ? "mpxar" : "pxar")}"), archive.ToArray());
        if (isSplit) Assert.Equal(Corpus.Bytes($"pxar/{name}.ppxar"), payload.ToArray());

        void Write(PxarEntry directory)
        {
            writer.StartDirectory(directory);
            foreach (PxarEntry entry in reader.List(directory))
            {
                if (entry.IsDirectory) Write(entry);
                else if (entry.Type == CatalogEntryType.HardLink) writer.AddHardLink(entry.Name.Span, entry.LinkTarget.Span, positions[reader.FollowHardLink(entry).Position]);
                else positions[entry.Position] = writer.Add(entry, entry.Type == CatalogEntryType.File ? PxarWalk.Content(reader, entry) : []);
            }

            writer.EndDirectory();
        }
    }

    [Fact]
    public void Each_kind_of_item_is_the_hash_of_its_name()
    {
        Dictionary<PxarType, string> names = new()
        {
            [PxarType.FormatVersion] = "VERSION",
            [PxarType.Prelude] = "PRELUDE",
            [PxarType.Entry] = "ENTRY_V2",
            [PxarType.EntryV1] = "ENTRY",
            [PxarType.FileName] = "FILENAME",
            [PxarType.SymbolicLink] = "SYMLINK",
            [PxarType.HardLink] = "HARDLINK",
            [PxarType.Device] = "DEVICE",
            [PxarType.ExtendedAttribute] = "XATTR",
            [PxarType.AclUser] = "ACL_USER",
            [PxarType.AclGroup] = "ACL_GROUP",
            [PxarType.AclGroupObject] = "ACL_GROUP_OBJ",
            [PxarType.AclDefault] = "ACL_DEFAULT",
            [PxarType.AclDefaultUser] = "ACL_DEFAULT_USER",
            [PxarType.AclDefaultGroup] = "ACL_DEFAULT_GROUP",
            [PxarType.FileCapabilities] = "FCAPS",
            [PxarType.QuotaProjectId] = "QUOTA_PROJID",
            [PxarType.Payload] = "PXAR_PAYLOAD",
            [PxarType.PayloadReference] = "PXAR_PAYLOAD_REF",
            [PxarType.Goodbye] = "GOODBYE",
            [PxarType.PayloadStartMarker] = "PXAR_PAYLOAD_START_MARKER",
            [PxarType.PayloadTailMarker] = "PXAR_PAYLOAD_TAIL_MARKER",
        };
        Assert.Equal(Enum.GetValues<PxarType>().Order(), names.Keys.Order());
        foreach ((PxarType type, string name) in names) Assert.Equal((ulong)type, SipHash.Of(Encoding.ASCII.GetBytes($"__PROXMOX_FORMAT_{name}__")));
        Assert.Equal(PxarSize.TailMarker, SipHash.Of("__PROXMOX_FORMAT_PXAR_GOODBYE_TAIL_MARKER__"u8));

        // The vector of SipHash's authors.
        Assert.Equal(0xA129CA6149BE45E5, SipHash.Of([.. Enumerable.Range(0, 15).Select(i => (byte)i)], 0x0706050403020100, 0x0F0E0D0C0B0A0908));
    }

    [Fact]
    public void The_tree_of_a_table()
    {
        Assert.Equal([6, 3, 8, 1, 5, 7, 9, 0, 2, 4], PxarTree.Order(10));
        Assert.Equal([3, 1, 5, 0, 2, 4], PxarTree.Order(6));
        Assert.Equal([1, 0], PxarTree.Order(2));
        for (int count = 0; count < 300; count++) Assert.Equal(Enumerable.Range(0, count), PxarTree.Order(count).Order());
    }

    [Theory]
    [MemberData(nameof(Unified))]
    public void Cut_off_anywhere_what_is_whole_is_found(string name)
    {
        byte[] whole = Corpus.Bytes($"pxar/{name}.pxar");
        (string Path, PxarEntry Entry)[] expected = [.. PxarWalk.All(PxarWalk.Open(name))];
        int step = Math.Max(1, whole.Length / 400);
        for (int length = whole.Length - 1; length > 0; length -= step)
        {
            PxarReader reader;
            try
            {
                reader = new PxarReader(new MemoryByteSource(whole.AsMemory(0, length)));
            }
            catch (PbsFormatException)
            {
                Assert.True(length < expected[0].Entry.Body, $"{length}");
                continue;
            }

            List<PbsException> errors = [];
            List<(string Path, PxarEntry Entry)> found = PxarWalk.Salvage(reader, errors);
            Assert.NotEmpty(errors);
            string[] complete = [.. expected.Where(item => item.Entry.Body <= length).Select(item => item.Path)];
            Assert.Equal(complete, found.Select(item => item.Path).Take(complete.Length));
            Assert.True(found.Count <= expected.Length);
            foreach ((string path, PxarEntry entry) in found.Where(item => item.Entry.Type == CatalogEntryType.File))
            {
                Assert.Equal(PxarWalk.Content(PxarWalk.Open(name), expected.First(item => item.Path == path).Entry), PxarWalk.Content(reader, entry));
            }
        }
    }

    private static void Compare(PxarReader reader, string expectedFile)
    {
        using JsonDocument expected = Corpus.Json(expectedFile);
        JsonElement[] items = [.. expected.RootElement.EnumerateArray().Where(item => !item.TryGetProperty("version", out _) && !item.TryGetProperty("prelude", out _))];
        string? prelude = expected.RootElement.EnumerateArray().Select(item => item.TryGetProperty("prelude", out JsonElement text) ? text.GetString() : null).FirstOrDefault(text => text is not null);
        Assert.Equal(prelude ?? "", Encoding.UTF8.GetString(reader.Prelude.Span));
        (string Path, PxarEntry Entry)[] entries = [.. PxarWalk.All(reader)];
        Assert.Equal(items.Select(item => Shown(item.GetProperty("path").GetString()!)), entries.Select(entry => entry.Path));
        foreach ((JsonElement item, (_, PxarEntry entry)) in items.Zip(entries)) Compare(reader, item, entry);
    }

    private static void Compare(PxarReader reader, JsonElement item, PxarEntry entry)
    {
        Assert.Equal(item.GetProperty("mode").GetString(), Convert.ToString(entry.Stat.Mode, 8));
        Assert.Equal(item.GetProperty("uid").GetUInt32(), entry.Stat.UserId);
        Assert.Equal(item.GetProperty("gid").GetUInt32(), entry.Stat.GroupId);
        Assert.Equal(item.GetProperty("mtime").GetInt64(), entry.Stat.Seconds);
        Assert.Equal(item.GetProperty("mtime-nanos").GetUInt32(), entry.Stat.Nanoseconds);
        Assert.Equal(item.GetProperty("flags").GetUInt64(), entry.Stat.Flags);
        string kind = item.TryGetProperty("kind", out JsonElement given) ? given.GetString()! : "device";
        Assert.Equal(kind, entry.Type switch
        {
            CatalogEntryType.SymbolicLink => "symlink",
            CatalogEntryType.BlockDevice or CatalogEntryType.CharacterDevice => "device",
            _ => entry.Type.ToString().ToLowerInvariant(),
        });
        if (item.TryGetProperty("size", out JsonElement size)) Assert.Equal(size.GetInt64(), entry.Size);
        if (item.TryGetProperty("sha256", out JsonElement hash)) Assert.Equal(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(PxarWalk.Content(reader, entry))));
        if (item.TryGetProperty("payload-offset", out JsonElement offset)) Assert.Equal(offset.GetInt64(), entry.ContentHeader);
        Assert.Equal(item.TryGetProperty("target", out JsonElement target) ? Shown(target.GetString()!) : "", PxarName.Shown(entry.LinkTarget.Span));
        if (item.TryGetProperty("major", out JsonElement major)) Assert.Equal((major.GetUInt64(), item.GetProperty("minor").GetUInt64()), (entry.DeviceMajor, entry.DeviceMinor));
        if (item.TryGetProperty("device", out JsonElement device)) Assert.Equal((device[0].GetUInt64(), device[1].GetUInt64()), (entry.DeviceMajor, entry.DeviceMinor));

        // The expectations about split archives leave these out; those of the same content in one piece have them.
        if (reader.Version == 1) Assert.Equal(item.TryGetProperty("fcaps-hex", out JsonElement capabilities) ? capabilities.GetString() : null, entry.FileCapabilities is { } value ? Convert.ToHexStringLower(value.Span) : null);
        if (item.TryGetProperty("xattrs", out JsonElement attributes)) Assert.Equal(JsonSerializer.Serialize(attributes), Text(entry.ExtendedAttributes));
        else if (reader.Version == 1) Assert.Empty(entry.ExtendedAttributes);
        if (item.TryGetProperty("acl", out JsonElement acl)) Assert.Equal(JsonSerializer.Serialize(acl), Text(entry.Acl));
        else if (reader.Version == 1) Assert.Null(entry.Acl);
        if (entry.Type == CatalogEntryType.HardLink) Assert.Equal(CatalogEntryType.File, reader.FollowHardLink(entry).Type);
    }

    /// <summary>A path as the expectations have it, whatever they do with bytes that are no text, as it is shown.</summary>
    internal static string Shown(string path)
    {
        if (path.StartsWith("base64:", StringComparison.Ordinal)) return PxarName.Shown(Convert.FromBase64String(path["base64:".Length..]));
        if (path.StartsWith("hex:", StringComparison.Ordinal)) return PxarName.Shown(Convert.FromHexString(path["hex:".Length..]));
        List<byte> bytes = [];
        for (int at = 0; at < path.Length;)
        {
            int escape = path.IndexOf(@"\udc", at, StringComparison.Ordinal);
            bytes.AddRange(Encoding.UTF8.GetBytes(path[at..(escape < 0 ? path.Length : escape)]));
            if (escape < 0) break;
            bytes.Add(Convert.FromHexString(path.AsSpan(escape + 4, 2))[0]);
            at = escape + 6;
        }

        return PxarName.Shown(bytes.ToArray());
    }

    private static string Text(IReadOnlyList<PxarXattr> attributes)
    {
        return JsonSerializer.Serialize(attributes.Select(attribute => new[] { Encoding.UTF8.GetString(attribute.Name.Span), Value(attribute.Value.Span) }));

        static string Value(ReadOnlySpan<byte> value) => value.ContainsAnyInRange((byte)0, (byte)0x1F) ? $"base64:{Convert.ToBase64String(value)}" : Encoding.UTF8.GetString(value);
    }

    private static string? Text(PxarAcl? acl) => acl is null ? null : JsonSerializer.Serialize(new SortedDictionary<string, object?>(StringComparer.Ordinal)
    {
        ["default"] = acl.Default is { } d ? new[] { d.Owner, d.Group, d.Other, d.Mask ?? ulong.MaxValue } : null,
        ["default-groups"] = Pairs(acl.DefaultGroups),
        ["default-users"] = Pairs(acl.DefaultUsers),
        ["group-obj"] = acl.GroupObject,
        ["groups"] = Pairs(acl.Groups),
        ["users"] = Pairs(acl.Users),
    });

    private static ulong[][] Pairs(IReadOnlyList<PxarAclEntry> entries) => [.. entries.Select(entry => new[] { entry.Id, entry.Permissions })];

    private static MemoryByteSource Source(string name) => new(Corpus.Bytes($"pxar/{name}.{(name.StartsWith("v2/", StringComparison.Ordinal) ? "mpxar" : "pxar")}"));

    private static StoredArchive Open(string name)
    {
        string path = StoredName.Of(name);
        return new StoredArchive(GoldenStore.Ds1, path, path.StartsWith("host/enc/", StringComparison.Ordinal) ? new CryptKey(GoldenKey) : null);
    }

    private static IEnumerable<string> Names(string folder, string pattern) =>
        Directory.GetFiles(Corpus.PathOf(folder), pattern).Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);
}
