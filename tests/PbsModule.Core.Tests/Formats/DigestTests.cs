using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Tests;

public class DigestTests
{
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void A_digest_is_its_text()
    {
        Digest digest = Digest.Of("abc"u8);
        Assert.Equal(OfAbc, digest.ToString());
        Assert.Equal(OfAbc, $"{digest}");
        Assert.Equal(digest, Digest.Parse(OfAbc));
        Assert.Equal(digest, Digest.Parse(OfAbc.ToUpperInvariant()));
        Assert.True(Digest.TryParse(Encoding.ASCII.GetBytes(OfAbc), out Digest fromBytes));
        Assert.Equal(digest, fromBytes);
        Assert.Equal(SHA256.HashData("abc"u8), digest.Bytes);
        Assert.Equal(0xba78, digest.Prefix);
        Span<byte> utf8 = stackalloc byte[Digest.TextLength];
        Assert.True(digest.TryFormat(utf8, out int written));
        Assert.Equal(OfAbc, Encoding.ASCII.GetString(utf8[..written]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ba7816bf")]
    [InlineData("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0")]
    [InlineData("bä7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void Other_text_is_refused(string text)
    {
        Assert.False(Digest.TryParse(text, out Digest digest));
        Assert.Equal(default, digest);
        Assert.False(Digest.TryParse(Encoding.UTF8.GetBytes(text), out _));
        Assert.Equal(PbsErrorId.DigestInvalid, Assert.Throws<PbsFormatException>(() => Digest.Parse(text)).ErrorId);
    }

    [Fact]
    public void Order_and_equality_are_those_of_the_text() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<byte[]>(), (one, other) =>
        {
            // Few distinct bytes, so that long common prefixes happen.
            byte[] left = [.. one.Select(b => (byte)(b & 1)), .. new byte[Digest.Size]];
            byte[] right = [.. other.Select(b => (byte)(b & 1)), .. new byte[Digest.Size]];
            Digest a = new(left.AsSpan(0, Digest.Size));
            Digest b = new(right.AsSpan(0, Digest.Size));
            int expected = Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString()));
            return Math.Sign(a.CompareTo(b)) == expected && a.Equals(b) == (expected == 0) && (expected != 0 || a.GetHashCode() == b.GetHashCode());
        }).QuickCheckThrowOnFailure();
}
