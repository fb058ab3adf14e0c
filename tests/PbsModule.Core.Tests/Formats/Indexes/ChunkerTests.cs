using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;

namespace PbsModule.Core.Tests;

/// <summary>The chunker against the cuts of a real PBS (golden misc/chunker.json), storage.md A.4, and its definition.</summary>
public class ChunkerTests
{
    [Fact]
    public void The_table_is_the_one_of_PBS()
    {
        byte[] bytes = new byte[1024];
        for (int i = 0; i < 256; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), BuzhashTable.Values[i]);
        Assert.Equal("5b52080d38287da9d2e278466e3e0db7ec98e5e8b226f50612a56fa012b1f660", Digest.Of(bytes).ToString());
    }

    [Fact]
    public void Cuts_are_those_of_a_real_server()
    {
        using JsonDocument cases = Corpus.Json("misc/chunker.json");
        byte[][] words = [.. cases.RootElement.GetProperty("words").EnumerateArray().Select(w => Encoding.UTF8.GetBytes(w.GetString()! + " "))];
        int count = 0;
        foreach (JsonElement item in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            byte[] input = Input(item.GetProperty("input").GetString()!, item.GetProperty("seed").GetUInt64(), item.GetProperty("size").GetInt32(), words);
            Assert.Equal(item.GetProperty("input-sha256").GetString(), Digest.Of(input).ToString());
            List<int> ends = Cut(input, item.GetProperty("chunk-size-kib").GetInt32() << 10, _ => input.Length);
            int at = 0, index = 0;
            foreach (JsonElement chunk in item.GetProperty("chunks").EnumerateArray())
            {
                Assert.Equal(chunk.GetProperty("end").GetInt32(), ends[index]);
                Assert.Equal(chunk.GetProperty("digest").GetString(), Digest.Of(input.AsSpan(at..ends[index])).ToString());
                at = ends[index++];
            }

            Assert.Equal(index, ends.Count);
            count++;
            Conformance.Agrees(Conformance.Formats, $"cuts of {item.GetProperty("input-sha256").GetString()}, {item.GetProperty("chunk-size-kib")}");
        }

        Assert.True(count > 5);
    }

    [Fact]
    public void Vectors_hold()
    {
        byte[] counters = new byte[1 << 20];
        for (int i = 0; i < counters.Length / 4; i++) BinaryPrimitives.WriteInt32LittleEndian(counters.AsSpan(i * 4), i);
        Assert.Equal([143377, 262144, 262144, 262144, 118767], Lengths(counters));
        Assert.Equal([262144, 262144, 262144, 262144], Lengths(new byte[1 << 20]));

        byte[] noise = new byte[2 << 20];
        uint x = 0x12345678;
        for (int i = 0; i < noise.Length / 4; i++)
        {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            BinaryPrimitives.WriteUInt32LittleEndian(noise.AsSpan(i * 4), x);
        }

        Assert.Equal("cd6e8380f2adc92b3a07f0f9a9a7e580af876f712d550ee26b400ed075be82d2", Convert.ToHexStringLower(SHA256.HashData(noise)));
        Assert.Equal(
            [
                21693, 189027, 18009, 29379, 32974, 26822, 33828, 69745, 18585, 88437, 19826, 64175, 60558, 33317, 38779, 96037, 126177, 60632,
                23456, 111115, 31675, 23893, 57585, 31175, 55889, 65698, 77289, 50592, 68204, 19576, 23075, 87309, 91880, 127396, 35043, 88302,
            ],
            Lengths(noise));
    }

    [Fact]
    public void Cuts_are_those_of_the_definition_however_the_stream_arrives() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), Gen.Choose(8, 12).ToArbitrary(), Gen.Choose(0, 200_000).ToArbitrary(), (seed, log, length) =>
        {
            Random random = new(seed);
            byte[] data = new byte[length];
            random.NextBytes(data);

            // Runs of one byte have no cut of their own, so that the longest chunks happen too.
            data.AsSpan(random.Next(1 + length / 2), length / 3).Clear();
            List<int> expected = Defined(data, 1 << log);
            int largest = 1 << random.Next(1, 16);
            return expected.SequenceEqual(Cut(data, 1 << log, _ => length)) && expected.SequenceEqual(Cut(data, 1 << log, _ => random.Next(1, largest)));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(128)]
    [InlineData(3000)]
    [InlineData(1 << 29)]
    [InlineData(-256)]
    public void An_average_without_sense_is_refused(int average) => Assert.Throws<ArgumentOutOfRangeException>(() => new Chunker(average));

    private static int[] Lengths(byte[] data)
    {
        List<int> ends = Cut(data, 65536, _ => 10_000);
        return [.. ends.Select((end, i) => end - (i == 0 ? 0 : ends[i - 1]))];
    }

    private static List<int> Cut(byte[] data, int average, Func<int, int> piece)
    {
        Chunker chunker = new(average);
        List<int> ends = [];
        for (int at = 0; at < data.Length;)
        {
            int stop = (int)Math.Min(data.Length, (long)at + piece(at));
            int cut;
            while (at < stop && (cut = chunker.Scan(data.AsSpan(at..stop))) > 0) ends.Add(at += cut);
            at = stop;
        }

        if (data.Length > 0 && (ends.Count == 0 || ends[^1] != data.Length)) ends.Add(data.Length);
        return ends;
    }

    // storage.md 4.1, word for word.
    private static List<int> Defined(byte[] data, int average)
    {
        int min = average / 4, max = average * 4;
        uint mask = (uint)(2 * average) - 1, limit = mask - 2, h = 0;
        byte[] win = new byte[64];
        int ws = 0, cs = 0;
        List<int> ends = [];
        for (int at = 0; at < data.Length; at++)
        {
            byte b = data[at];
            if (ws < 64)
            {
                win[ws++] = b;
                h = uint.RotateLeft(h, 1) ^ BuzhashTable.Values[b];
                cs++;
                continue;
            }

            int i = cs & 63;
            h = uint.RotateLeft(h, 1) ^ BuzhashTable.Values[win[i]] ^ BuzhashTable.Values[b];
            win[i] = b;
            cs++;
            if (cs >= max || (cs >= min && (h & mask) >= limit))
            {
                ends.Add(at + 1);
                h = 0;
                cs = ws = 0;
            }
        }

        if (data.Length > 0 && (ends.Count == 0 || ends[^1] != data.Length)) ends.Add(data.Length);
        return ends;
    }

    private static byte[] Input(string kind, ulong seed, int size, byte[][] words)
    {
        if (kind == "zeros") return new byte[size];
        ulong x = unchecked(seed * 0x9E3779B97F4A7C15) | 1;
        using MemoryStream stream = new(size + 64);
        Span<byte> eight = stackalloc byte[8];
        while (stream.Length < size)
        {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            if (kind == "rand")
            {
                BinaryPrimitives.WriteUInt64LittleEndian(eight, x);
                stream.Write(eight);
            }
            else
            {
                stream.Write(words[x % 18]);
            }
        }

        return stream.ToArray()[..size];
    }
}
