using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Tests;

public class DigestSetTests
{
    [Fact]
    public void A_digest_is_new_once()
    {
        using var set = new DigestSet();
        Digest first = Digest.Of("a"u8), second = Digest.Of("b"u8);
        Assert.False(set.Contains(first));
        Assert.True(set.Add(first));
        Assert.False(set.Add(first));
        Assert.True(set.Contains(first));
        Assert.False(set.Contains(second));
        Assert.True(set.Add(second));
        Assert.Equal(2, set.Count);
        Assert.True(set.IsComplete);
    }

    [Fact]
    public void Whole_digests_count_and_zeros_are_a_digest()
    {
        using var set = new DigestSet();
        byte[] bytes = new byte[Digest.Size];
        Assert.False(set.Contains(default));
        Assert.True(set.Add(default));
        Assert.False(set.Add(default));
        Assert.True(set.Contains(default));
        for (int bit = 0; bit < 256; bit++)
        {
            bytes[bit / 8] = (byte)(1 << (bit % 8));
            Assert.True(set.Add(new Digest(bytes)));
            Assert.False(set.Add(new Digest(bytes)));
            bytes[bit / 8] = 0;
        }

        Assert.Equal(257, set.Count);
    }

    [Fact]
    public void It_does_as_a_hash_set_does()
    {
        // Few distinct digests of little spread, so that many are met again and many share their first bytes.
        Arbitrary<int[]> numbers = ArbMap.Default.ArbFor<int[]>();
        Prop.ForAll(numbers, values =>
        {
            using var set = new DigestSet();
            using var map = new DigestMap<int>();
            var model = new Dictionary<Digest, int>();
            foreach (int value in values)
            {
                Digest digest = Crafted(value & 0xFFF);
                bool isNew = !model.ContainsKey(digest);
                model[digest] = model.GetValueOrDefault(digest) + 1;
                if (set.Contains(digest) == isNew || set.Add(digest) != isNew) return false;
                map.ValueOf(digest, out bool added)++;
                if (added != isNew) return false;
            }

            var seen = new Dictionary<Digest, int>();
            foreach (ref readonly DigestMap<int>.Entry entry in map) seen.Add(entry.Digest, entry.Value);
            return set.Count == model.Count && map.Count == model.Count && seen.Count == model.Count && model.All(pair => seen[pair.Key] == pair.Value);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Growing_and_being_large_take_little_memory()
    {
        using var set = new DigestSet();
        var random = new Random(1);
        byte[] bytes = new byte[Digest.Size];
        for (int i = 1; i <= 400_000; i++)
        {
            random.NextBytes(bytes);
            Assert.True(set.Add(new Digest(bytes)));
            if (i % 20_000 == 0) Assert.InRange((double)set.Bytes / i, 32, 62);
        }

        Assert.InRange((double)set.PeakBytes / set.Count, 32, 90);
        random = new Random(1);
        for (int i = 0; i < 400_000; i++)
        {
            random.NextBytes(bytes);
            Assert.False(set.Add(new Digest(bytes)));
        }
    }

    [Fact]
    public void Beyond_its_memory_it_forgets_but_never_invents()
    {
        const long limit = 1 << 20;
        using var set = new DigestSet(limit);
        var seen = new HashSet<Digest>();
        var random = new Random(2);
        int again = 0;
        for (int i = 0; i < 300_000; i++)
        {
            // Half of what is asked for was asked for not long ago.
            Digest digest = Digest.Of(BitConverter.GetBytes(random.Next(2) == 0 ? i : Math.Max(0, i - random.Next(500))));
            bool isNew = set.Add(digest);
            if (!isNew)
            {
                again++;
                Assert.Contains(digest, seen);
            }

            seen.Add(digest);
        }

        Assert.False(set.IsComplete);
        Assert.InRange(set.PeakBytes, 0, limit);
        Assert.True(again > 50_000, $"{again}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(200)]
    public void Where_the_system_has_no_more_memory_it_forgets_as_well(int given)
    {
        int left = given;
        nint Allocate(nuint bytes) => left-- > 0 ? Given(bytes) : throw new InsufficientMemoryException();
        using var set = new DigestSet(1L << 30, Allocate);
        using var map = new DigestMap<int>(1L << 30, Allocate);
        var seen = new HashSet<Digest>();
        for (int i = 0; i < 20_000; i++)
        {
            Digest digest = Digest.Of(BitConverter.GetBytes(i - (i % 3)));
            if (!set.Add(digest)) Assert.Contains(digest, seen);
            if (set.Contains(digest)) seen.Add(digest);
            ref int value = ref map.ValueOf(digest, out bool isNew);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref value)) Assert.Equal(isNew, value++ == 0);
        }

        Assert.True(set.IsStarved && !set.IsComplete);
        Assert.True(set.Count > 0 == given > 0);

        // Nothing may be forgotten without a limit.
        left = 0;
        using var all = new DigestSet(allocate: Allocate);
        Assert.Throws<InsufficientMemoryException>(() => all.Add(Digest.Of("x"u8)));
    }

    private static unsafe nint Given(nuint bytes) => (nint)System.Runtime.InteropServices.NativeMemory.AllocZeroed(bytes);

    [Fact]
    public void Crafted_digests_do_not_slow_it_down()
    {
        // All of them alike but in their last bytes, as somebody would make them who knew where a table looks first.
        using var set = new DigestSet();
        byte[] bytes = new byte[Digest.Size];
        for (int i = 0; i < 200_000; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(28), i);
            set.Add(new Digest(bytes));
        }

        Assert.Equal(200_000, set.Count);
    }

    /// <summary>Alike in all but a few bits.</summary>
    private static Digest Crafted(int value)
    {
        byte[] bytes = new byte[Digest.Size];
        BitConverter.TryWriteBytes(bytes.AsSpan(value % 3 * 8), value);
        return new Digest(bytes);
    }
}
