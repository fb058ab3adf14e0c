using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Tests;

/// <summary>Archives that no client writes, and any that one could.</summary>
public sealed class PxarHostileTests
{
    private static readonly PxarStat FileStat = new(0x81A4, 0, 0, 0, 1_700_000_000, 0);
    private static readonly PxarStat FolderStat = new(0x41ED, 0, 0, 0, 1_700_000_000, 0);

    [Theory]
    [InlineData("", "illegal path found (empty)")]
    [InlineData(".", "illegal path found: '.'")]
    [InlineData("..", "illegal path found: '..'")]
    [InlineData("/etc", "illegal path found (contains slashes, this is a security concern): '\\x2fetc'")]
    [InlineData("a/../../b", "illegal path found (contains slashes, this is a security concern): 'a\\x2f..\\x2f..\\x2fb'")]
    [InlineData("a\0b", "invalid file name (zero in the middle)")]
    public void A_name_that_leads_elsewhere_is_refused_and_the_next_is_found(string name, string reason)
    {
        PxarReader reader = Read(writer =>
        {
            writer.Add(File(name), "bad"u8);
            writer.Add(File("good"), "good"u8);
        });
        List<PbsException> errors = [];
        Assert.Equal(["/", "/good"], PxarWalk.Salvage(reader, errors).Select(found => found.Path));
        Assert.Equal(reason, Assert.IsType<PbsFormatException>(Assert.Single(errors)).Reason);
    }

    [Theory]
    [InlineData("/etc/passwd", "bad absolute file name in archive: '/etc/passwd'")]
    [InlineData("../x", "illegal path found: '..'")]
    [InlineData("a/../../x", "illegal path found: '..'")]
    [InlineData("a//x", "illegal path found (empty)")]
    [InlineData("", "illegal path found (empty)")]
    public void A_hard_link_out_of_the_archive_is_refused(string target, string reason)
    {
        PxarReader reader = Read(writer =>
        {
            long position = writer.Add(File("x"), "x"u8);
            writer.AddHardLink("y"u8, Encoding.UTF8.GetBytes(target), position);
        });
        List<PbsException> errors = [];
        Assert.Equal(["/", "/x"], PxarWalk.Salvage(reader, errors).Select(found => found.Path));
        Assert.Equal(reason, Assert.IsType<PbsFormatException>(Assert.Single(errors)).Reason);
    }

    [Fact]
    public void A_hard_link_leads_to_a_file_before_it_of_the_name_it_says()
    {
        PxarReader reader = Read(writer =>
        {
            long file = writer.Add(File("file"), "content"u8);
            long fifo = writer.Add(new PxarEntry { Name = "fifo"u8.ToArray(), Type = CatalogEntryType.Fifo, Stat = FileStat with { Mode = 0x11A4 } }, []);
            writer.AddHardLink("good"u8, "file"u8, file);
            writer.AddHardLink("other"u8, "elsewhere/name"u8, file);
            writer.AddHardLink("to-fifo"u8, "fifo"u8, fifo);
            writer.AddHardLink("inside"u8, "file"u8, file + 1);
            writer.AddHardLink("far"u8, "file"u8, -1000);
            writer.AddHardLink("later"u8, "file"u8, long.MaxValue);
        });
        Dictionary<string, PxarEntry> entries = reader.List(reader.Root).ToDictionary(entry => entry.ToString());
        Assert.Equal("content", Encoding.UTF8.GetString(PxarWalk.Content(reader, reader.FollowHardLink(entries["good"]))));
        Assert.Equal("hardlink leads to another name than its path", Refused("other"));
        Assert.Equal("hardlink does not point to a regular file", Refused("to-fifo"));
        Assert.Equal("invalid offset in hardlink", Refused("far"));
        Assert.Equal("invalid offset in hardlink", Refused("later"));
        Assert.NotEmpty(Refused("inside"));

        string Refused(string name) => Assert.Throws<PbsFormatException>(() => reader.FollowHardLink(entries[name])).Reason;
    }

    [Theory]
    [InlineData(0UL, "goodbye table leads out of its directory")]
    [InlineData(ulong.MaxValue, "goodbye table leads out of its directory")]
    [InlineData(1_000_000UL, "goodbye table leads out of its directory")]
    public void A_table_that_leads_out_is_not_believed(ulong offset, string reason) => Tampered((table, _) => BinaryPrimitives.WriteUInt64LittleEndian(table.AsSpan(8), offset), reason);

    [Fact]
    public void A_table_that_names_an_entry_twice_is_not_believed() => Tampered((table, _) => table.AsSpan(0, PxarSize.Record).CopyTo(table.AsSpan(PxarSize.Record)), "an entry comes twice in a goodbye table");

    [Fact]
    public void A_table_whose_size_overflows_is_not_believed() => Tampered((table, _) => BinaryPrimitives.WriteUInt64LittleEndian(table.AsSpan(^8..), ulong.MaxValue), "goodbye tail size out of range");

    [Fact]
    public void A_table_of_another_directory_is_not_believed() => Tampered((table, _) => table[^16] ^= 8, "goodbye offset out of range");

    [Fact]
    public void Sizes_that_overflow_are_refused()
    {
        byte[] archive = Write(writer => writer.Add(File("x"), "content"u8));
        int payload = archive.AsSpan().IndexOf(PxarOutput.Number((ulong)PxarType.Payload));
        foreach (ulong size in (ulong[])[0, 15, 1 << 20, long.MaxValue, ulong.MaxValue, ulong.MaxValue - 15])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(archive.AsSpan(payload + 8), size);
            List<PbsException> errors = [];
            Assert.Equal(["/"], PxarWalk.Salvage(new PxarReader(new MemoryByteSource(archive)), errors).Select(found => found.Path));
            Assert.NotEmpty(errors);
        }
    }

    [Theory]
    [InlineData(0UL, 7UL, "unexpected header in the place of a payload")]
    [InlineData(16UL, 8UL, "encountered size mismatch of payload")]
    [InlineData(16UL, 1UL << 40, "out of range access for payload")]
    [InlineData(1UL << 40, 7UL, "out of range access for payload")]
    [InlineData(ulong.MaxValue, 7UL, null)]
    [InlineData(16UL, ulong.MaxValue, null)]
    public void A_reference_into_the_payload_is_checked(ulong offset, ulong size, string? reason)
    {
        using MemoryStream archive = new(), payload = new();
        var writer = new PxarWriter(archive, payload);
        writer.StartDirectory(Folder(""));
        writer.Add(File("x"), "content"u8);
        writer.EndDirectory();
        byte[] bytes = archive.ToArray();
        int reference = bytes.AsSpan().IndexOf(PxarOutput.Number((ulong)PxarType.PayloadReference)) + PxarSize.Header;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(reference), offset);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(reference + 8), size);
        var reader = new PxarReader(new MemoryByteSource(bytes), new MemoryByteSource(payload.ToArray()));
        var error = Assert.Throws<PbsFormatException>(() => reader.ContentOf(reader.Find(reader.Root, "x"u8)!));
        Assert.StartsWith(reason ?? "out of range access for payload", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_have_a_limit()
    {
        byte[] value = new byte[64 << 10];
        PxarXattr[] attributes = [.. Enumerable.Range(0, 300).Select(i => new PxarXattr(Encoding.ASCII.GetBytes($"user.{i}"), value))];
        PxarReader reader = Read(writer => writer.Add(new PxarEntry { Name = "x"u8.ToArray(), Type = CatalogEntryType.File, Stat = FileStat, ExtendedAttributes = attributes }, []));
        Assert.Contains("bytes of attributes", Assert.Throws<PbsFormatException>(() => reader.List(reader.Root).ToList()).Reason, StringComparison.Ordinal);
        reader = Read(writer => writer.Add(new PxarEntry { Name = "x"u8.ToArray(), Type = CatalogEntryType.File, Stat = FileStat, ExtendedAttributes = [new PxarXattr("user.x"u8.ToArray(), new byte[70_000])] }, []));
        Assert.StartsWith("invalid content size (70007 > 65791)", Assert.Throws<PbsFormatException>(() => reader.List(reader.Root).ToList()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_of_nested_directories_is_walked_once()
    {
        // Each table points at the same inner directory many times; without the rule that entries do not overlap that were 100^8 of them.
        byte[] archive = Write(writer =>
        {
            for (int depth = 0; depth < 8; depth++) writer.StartDirectory(Folder("d"));
            writer.Add(File("x"), []);
            for (int depth = 0; depth < 8; depth++) writer.EndDirectory();
        });
        List<PbsException> errors = [];
        Assert.Equal(10, PxarWalk.Salvage(new PxarReader(new MemoryByteSource(archive)), errors).Count);
        Assert.Empty(errors);
    }

    [Fact]
    public void An_older_entry_is_read()
    {
        byte[] stat = [.. PxarOutput.Numbers(0x81A4, 0), .. BitConverter.GetBytes(7), .. BitConverter.GetBytes(8), .. PxarOutput.Number(1_600_000_000_123_456_789)];
        using var stream = new MemoryStream();
        var output = new PxarOutput(stream);
        output.Item(PxarType.Entry, [.. PxarOutput.Numbers(0x41ED, 0, 0, 0), .. new byte[8]]);
        output.Item(PxarType.FileName, "x\0"u8);
        output.Item(PxarType.EntryV1, stat);
        output.Item(PxarType.Payload, "abc"u8);
        var reader = new PxarReader(new MemoryByteSource(stream.ToArray()));
        List<PbsException> errors = [];
        PxarEntry entry = PxarWalk.Salvage(reader, errors).Last().Entry;
        Assert.Equal(new PxarStat(0x81A4, 0, 7, 8, 1_600_000_000, 123_456_789), entry.Stat);
        Assert.Equal("abc"u8.ToArray(), PxarWalk.Content(reader, entry));
    }

    [Fact]
    public void Whatever_is_written_is_read_again()
    {
        Gen<byte[]> name = Gen.Choose(1, 12).SelectMany(length => Gen.ArrayOf(Gen.Choose(1, 255).Select(b => (byte)(b == '/' ? 'x' : b)), length)).Where(n => n is not ([(byte)'.'] or [(byte)'.', (byte)'.']));
        Gen<(byte[] Name, byte[] Content, int Kind)> entry = name.SelectMany(n => Gen.Choose(0, 40).SelectMany(length => Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), length).SelectMany(c => Gen.Choose(0, 5).Select(kind => (n, c, kind)))));
        Prop.ForAll(Arb.From(Gen.ArrayOf(entry)), entries =>
        {
            (byte[] Name, byte[] Content, int Kind)[] sorted = [.. entries.DistinctBy(e => Convert.ToHexString(e.Name)).OrderBy(e => e.Name, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))];
            foreach (bool split in (bool[])[false, true])
            {
                using MemoryStream archive = new(), payload = new();
                var writer = new PxarWriter(archive, split ? payload : null);
                writer.StartDirectory(Folder(""));
                foreach ((byte[] n, byte[] content, int kind) in sorted)
                {
                    if (kind == 0)
                    {
                        writer.StartDirectory(new PxarEntry { Name = n, Type = CatalogEntryType.Directory, Stat = FolderStat });
                        writer.Add(File("in"), content);
                        writer.EndDirectory();
                    }
                    else
                    {
                        writer.Add(Entry(n, content, kind), kind == 1 ? content : []);
                    }
                }

                writer.EndDirectory();
                var reader = new PxarReader(new MemoryByteSource(archive.ToArray()), split ? new MemoryByteSource(payload.ToArray()) : null);
                Assert.Equal(sorted.Select(e => e.Name), reader.List(reader.Root).Select(e => e.Name.ToArray()));
                foreach ((byte[] n, byte[] content, int kind) in sorted)
                {
                    PxarEntry found = reader.Find(reader.Root, n)!;
                    if (kind == 0) found = reader.Find(found, "in"u8)!;
                    if (kind < 2) Assert.Equal(content, PxarWalk.Content(reader, found));
                    if (kind == 2) Assert.Equal(Target(content), found.LinkTarget.ToArray());
                }
            }
        }).QuickCheckThrowOnFailure();

        static PxarEntry Entry(byte[] name, byte[] content, int kind) => kind switch
        {
            1 => new PxarEntry { Name = name, Type = CatalogEntryType.File, Stat = FileStat, ExtendedAttributes = [new PxarXattr("user.x"u8.ToArray(), content)] },
            2 => new PxarEntry { Name = name, Type = CatalogEntryType.SymbolicLink, Stat = FileStat with { Mode = 0xA1FF }, LinkTarget = Target(content) },
            3 => new PxarEntry { Name = name, Type = CatalogEntryType.CharacterDevice, Stat = FileStat with { Mode = 0x21A4 }, DeviceMajor = 1, DeviceMinor = (ulong)content.Length },
            4 => new PxarEntry { Name = name, Type = CatalogEntryType.Fifo, Stat = FileStat with { Mode = 0x11A4 } },
            _ => new PxarEntry { Name = name, Type = CatalogEntryType.Socket, Stat = FileStat with { Mode = 0xC1A4 }, Acl = new PxarAcl { GroupObject = 5, Users = [new PxarAclEntry(1, 7)] } },
        };

        static byte[] Target(byte[] content) => [(byte)'t', .. content.Where(b => b != 0)];
    }

    [Fact]
    public void Mutated_archives_are_read_or_refused()
    {
        byte[][] samples = [.. Directory.GetFiles(Corpus.PathOf("pxar"), "*.pxar").Where(file => new FileInfo(file).Length < 10_000).Select(System.IO.File.ReadAllBytes)];
        byte[] payload = Corpus.Bytes("pxar/v2/rich.ppxar");
        samples = [.. samples, .. Directory.GetFiles(Corpus.PathOf("pxar/v2"), "*.mpxar").Where(file => new FileInfo(file).Length < 10_000).Select(System.IO.File.ReadAllBytes)];
        MutationFuzz.Run(samples, input =>
        {
            var reader = new PxarReader(new MemoryByteSource(input), new MemoryByteSource(payload));
            List<PbsException> errors = [];
            foreach ((_, PxarEntry entry) in PxarWalk.Salvage(reader, errors))
            {
                try
                {
                    PxarEntry target = entry.Type == CatalogEntryType.HardLink ? reader.FollowHardLink(entry) : entry;
                    if (target.Type == CatalogEntryType.File) PxarWalk.Content(reader, target);
                    if (entry.IsDirectory) reader.Find(entry, "x"u8);
                }
                catch (PbsFormatException)
                {
                    // Refused, which is fine; the next entry is looked at.
                }
            }

            Assert.All(errors, error => Assert.IsType<PbsFormatException>(error));
        });
    }

    [Theory]
    [InlineData("a")]
    [InlineData("far")]
    [InlineData("late")]
    [InlineData("none")]
    public void Looking_up_agrees_with_going_through_from_the_front_whatever_the_table_says(string name)
    {
        byte[] archive = Write(writer =>
        {
            writer.Add(File("a"), new byte[2 << 20]);
            writer.Add(File("far"), "2"u8);
            writer.Add(File("late"), "3"u8);
        });
        byte[] wanted = Encoding.UTF8.GetBytes(name);
        int found = archive.Length - (4 * PxarSize.Record), tried = 0;
        ulong[] values = [0, 1, 8, 64, (2 << 20) - 1, 1 << 21, long.MaxValue, ulong.MaxValue, SipHash.Of(wanted), SipHash.Of("a"u8), PxarSize.TailMarker];
        for (int at = found - PxarSize.Header; at < archive.Length; at += sizeof(ulong))
        {
            foreach (ulong value in values)
            {
                byte[] hostile = [.. archive];
                BinaryPrimitives.WriteUInt64LittleEndian(hostile.AsSpan(at), value);
                Assert.Equal(Outcome(new PxarReader(new MemoryByteSource(hostile)), wanted), Outcome(PxarReader.ForLookUp(new MemoryByteSource(hostile)), wanted));
                tried++;
            }
        }

        Assert.Equal(14 * values.Length, tried);

        static string Outcome(PxarReader reader, byte[] name)
        {
            try
            {
                PxarEntry? entry = reader.FindInRoot(name);
                return entry is null ? "none" : $"{entry} at {entry.Position}, {entry.Size}";
            }
            catch (PbsFormatException e)
            {
                return e.Message;
            }
        }
    }

    [Fact]
    public void A_table_that_gives_an_entry_another_hash_does_not_give_it_another_name()
    {
        byte[] archive = Write(writer =>
        {
            writer.Add(File("a"), new byte[2 << 20]);
            writer.Add(File("b"), "2"u8);
        });
        int record = archive.AsSpan().LastIndexOf(PxarOutput.Number(SipHash.Of("b"u8)));
        BinaryPrimitives.WriteUInt64LittleEndian(archive.AsSpan(record), SipHash.Of("passwd"u8));
        Assert.Null(PxarReader.ForLookUp(new MemoryByteSource(archive)).FindInRoot("passwd"u8));
        Assert.Null(PxarReader.ForLookUp(new MemoryByteSource(archive)).FindInRoot("b"u8));
    }

    [Fact]
    public void What_is_no_archive_is_said_when_something_is_looked_up()
    {
        foreach (byte[] bytes in (byte[][])[[], [1, 2, 3], new byte[1000]])
        {
            string reason = Assert.Throws<PbsFormatException>(() => new PxarReader(new MemoryByteSource(bytes))).Reason;
            PxarReader reader = PxarReader.ForLookUp(new MemoryByteSource(bytes));
            Assert.Equal(reason, Assert.Throws<PbsFormatException>(() => reader.FindInRoot("x"u8)).Reason);
            Assert.Equal(reason, Assert.Throws<PbsFormatException>(() => reader.Root).Reason);
        }
    }

    private static void Tampered(Action<byte[], int> tamper, string reason)
    {
        byte[] archive = Write(writer =>
        {
            writer.Add(File("a"), "1"u8);
            writer.Add(File("b"), "2"u8);
            writer.Add(File("c"), "3"u8);
        });
        byte[] table = archive[^(4 * PxarSize.Record)..];
        tamper(table, archive.Length);
        table.CopyTo(archive.AsSpan(^table.Length..));
        List<PbsException> errors = [];

        // Without its table the directory is gone through from its front.
        Assert.Equal(["/", "/a", "/b", "/c"], PxarWalk.Salvage(new PxarReader(new MemoryByteSource(archive)), errors).Select(found => found.Path));
        Assert.StartsWith(reason, Assert.IsType<PbsFormatException>(Assert.Single(errors)).Reason, StringComparison.Ordinal);
    }

    private static PxarReader Read(Action<PxarWriter> fill) => new(new MemoryByteSource(Write(fill)));

    private static byte[] Write(Action<PxarWriter> fill)
    {
        using var archive = new MemoryStream();
        var writer = new PxarWriter(archive);
        writer.StartDirectory(Folder(""));
        fill(writer);
        writer.EndDirectory();
        return archive.ToArray();
    }

    private static PxarEntry File(string name) => new() { Name = Encoding.UTF8.GetBytes(name), Type = CatalogEntryType.File, Stat = FileStat };

    private static PxarEntry Folder(string name) => new() { Name = Encoding.UTF8.GetBytes(name), Type = CatalogEntryType.Directory, Stat = FolderStat };
}
