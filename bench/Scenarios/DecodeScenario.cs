using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Tests;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures the assembly of an image from its chunks, with files in the cache. The limit is a check of the same chunks
/// on as many threads, which is the work of a verification; for writing, a plain copy of the same bytes, flushed to
/// disk like the image.
/// </summary>
internal sealed class DecodeScenario : IScenario
{
    private const int ChunkSize = 4 << 20;
    private const int Threads = 2;

    public string Name => "decode";

    public string Summary => "reading an image out of 4 MiB chunks, to nothing and to a file";

    public IEnumerable<Result> Run(BenchContext context)
    {
        using var key = new CryptKey(new byte[CryptKey.Size]);
        int count = context.Quick ? 64 : 192;
        double bytes = (double)count * ChunkSize;
        string folder = context.CreateFolder("decode");
        string chunks = Directory.CreateDirectory(Path.Combine(folder, "plain")).FullName, locked = Directory.CreateDirectory(Path.Combine(folder, "encrypted")).FullName;
        string index = Path.Combine(folder, "disk.img.fidx"), lockedIndex = Path.Combine(folder, "locked.img.fidx");
        Digest[] digests = Write(chunks, index, count, null), lockedDigests = Write(locked, lockedIndex, count, key);

        // Measured on the first run, because later ones reuse its buffers.
        double resident = ResidentBytes(() => Decode(index, chunks, CryptMode.None, null, new NullSink()));
        yield return Result.Figure("decode: resident more while it works", Units.Bytes(resident), resident / (1 << 20), Target.AtMost(64, " MiB"));

        Standing reading = context.Run(
            new Contender("check", () => Check(chunks, digests)),
            new Contender("decode", () => Decode(index, chunks, CryptMode.None, null, new NullSink())));
        yield return new Result($"decode: {count} × 4 MiB to nothing", Units.Rate(bytes / reading.Seconds(1)), Units.Rate(bytes / reading.Seconds(0)), reading.RateRatio(1, 0), Target.AtLeast(0.9));

        string image = Path.Combine(folder, "disk.img"), copy = Path.Combine(folder, "copy.img");
        Save(index, chunks, image);
        Standing writing = context.Run(
            new Contender("copy", () => Copy(image, copy)),
            new Contender("save", () => Save(index, chunks, copy)),
            new Contender("decode", () => Decode(index, chunks, CryptMode.None, null, new NullSink())));
        yield return new Result("decode: to a file, on the disk; a plain copy of it", Units.Rate(bytes / writing.Seconds(1)), Units.Rate(bytes / writing.Seconds(0)), writing.RateRatio(1, 0), Target.AtLeast(0.8));

        // A copy is one thread that mostly waits for memory. The decoder has no processor time left, so the copy's
        // processor time adds to the total.
        double least = writing.Seconds(2) + (ProcessorSeconds(() => Copy(image, copy)) / Threads);
        yield return Result.Note("decode: to a file; decoding and the copy's processor time", Units.Rate(bytes / writing.Seconds(1)), Units.Rate(bytes / least), least / writing.Seconds(1));

        byte[][] sealedChunks = [.. lockedDigests.Select(digest => File.ReadAllBytes(PathOf(locked, digest)))];
        Standing cipher = context.Run(
            new Contender("plain", () => Decode(index, chunks, CryptMode.None, null, new NullSink())),
            new Contender("cipher", () => Decrypt(sealedChunks, key)),
            new Contender("encrypted", () => Decode(lockedIndex, locked, CryptMode.Encrypt, key, new NullSink())));
        double limit = cipher.Seconds(0) + cipher.Seconds(1);
        yield return new Result("decode: encrypted, to nothing; plain and its cipher alone", Units.Rate(bytes / cipher.Seconds(2)), Units.Rate(bytes / limit), cipher.Seconds(2) / limit, Target.AtMost(1.05));
        context.Discard(folder);
    }

    private static Digest[] Write(string folder, string indexPath, int count, CryptKey? key)
    {
        var index = new FixedIndexWriter((long)count * ChunkSize, ChunkSize);
        byte[] data = new byte[ChunkSize];
        using var zstd = new ZstdEncoder();
        for (int i = 0; i < count; i++)
        {
            SampleData.Fill(data, i);
            Digest digest = key?.ComputeDigest(data) ?? Digest.Of(data);
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(folder, digest))!);
            File.WriteAllBytes(PathOf(folder, digest), key is null ? DataBlob.Encode(data, zstd) : EncryptedBlob.Encode(data, key, zstd));
            index.Set(i, digest);
        }

        using (FileStream file = File.Create(indexPath)) index.WriteTo(file, Guid.NewGuid(), 0);
        var written = (FixedIndex)IndexFile.Open(indexPath);
        return [.. Enumerable.Range(0, count).Select(written.GetDigest)];
    }

    private static string PathOf(string folder, in Digest digest)
    {
        string name = digest.ToString();
        return Path.Combine(folder, name[..4], name);
    }

    private static void Check(string folder, Digest[] digests) => OnThreads(next =>
    {
        using var reader = new ChunkReader(folder);
        for (int i = next(); i < digests.Length; i = next())
        {
            ChunkCheck check = reader.Check(digests[i], ChunkSize);
            if (!check.IsGood) throw check.Error!;
        }
    });

    private static void Decrypt(byte[][] chunks, CryptKey key) => OnThreads(next =>
    {
        byte[] plain = new byte[ChunkSize];
        for (int i = next(); i < chunks.Length; i = next())
        {
            BlobHeader header = BlobHeader.Parse(chunks[i]);
            ReadOnlySpan<byte> payload = header.Payload(chunks[i]);
            if (!key.TryDecrypt(header.Iv(chunks[i]), payload, header.Tag(chunks[i]), plain.AsSpan(0, payload.Length))) throw new InvalidDataException("the tag did not match");
        }
    });

    private static void OnThreads(Action<Func<int>> work)
    {
        int taken = -1;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() => work(() => Interlocked.Increment(ref taken))))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
    }

    private static void Decode(string index, string chunks, CryptMode mode, CryptKey? key, IContentSink sink) =>
        new ArchiveDecoder(new LooseContent(chunks), index, mode, key) { Workers = Threads }.Run(sink, CancellationToken.None);

    private static void Save(string index, string chunks, string path)
    {
        long length = ((FixedIndex)IndexFile.Open(index)).LogicalSize;
        using var output = new OutputFile(FileMutations.Default, OutputPlace.Find(path, "", length, replace: true), length);
        Decode(index, chunks, CryptMode.None, null, output.Sink);
        output.Complete(CancellationToken.None);
    }

    private static void Copy(string from, string to)
    {
        byte[] piece = new byte[1 << 20];
        using FileStream source = new(from, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        using FileStream target = new(to, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        int read;
        while ((read = source.Read(piece)) > 0) target.Write(piece, 0, read);
        target.Flush(flushToDisk: true);
    }

    /// <summary>Returns the processor time of some work: the median of several runs, in seconds.</summary>
    private static double ProcessorSeconds(Action work)
    {
        const int runs = 5;
        double[] seconds = new double[runs];
        for (int i = 0; i < runs; i++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            work();
            seconds[i] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }

        return seconds.Order().ElementAt(runs / 2);
    }

    /// <summary>Returns the maximum of resident memory above its value at the start, in bytes.</summary>
    private static double ResidentBytes(Action work)
    {
        GC.Collect();
        long before = Environment.WorkingSet, most = before;
        using var sampler = new Timer(_ => most = Math.Max(most, Environment.WorkingSet), null, 0, 5);
        work();
        return most - before;
    }
}
