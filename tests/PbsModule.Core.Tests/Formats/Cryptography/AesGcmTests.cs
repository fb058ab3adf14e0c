using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Libraries;

namespace PbsModule.Core.Tests;

/// <summary>AES-256-GCM by OpenSSL and by Bouncy Castle: published vectors, the framework's own, and what must not get out.</summary>
public class AesGcmTests
{
    private const string Fox = "The quick brown fox jumps over the lazy dog";
    private const string ByOpenSsl = "OpenSSL";
    private const string ByBouncyCastle = "Bouncy Castle";

    public static TheoryData<string> Engines => OpenSsl.IsUsable ? [ByOpenSsl, ByBouncyCastle] : [ByBouncyCastle];

    // The cases 13 to 15 of McGrew and Viega, "The Galois/Counter Mode of Operation": AES-256, 12-byte IV, no additional data.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        "b094dac5d93471bdec1a502270e3cc6c")]
    public void Published_vectors_hold(string key, string iv, string plain, string cipher, string tag)
    {
        foreach (string engine in Engines.Select(row => row.Data))
        {
            using IAesGcm gcm = Cipher(engine, Convert.FromHexString(key));
            byte[] input = Convert.FromHexString(plain), output = new byte[input.Length], computed = new byte[16];
            gcm.Encrypt(Convert.FromHexString(iv), input, output, computed);
            Assert.Equal(cipher, Convert.ToHexStringLower(output));
            Assert.Equal(tag, Convert.ToHexStringLower(computed));
            Assert.True(gcm.TryDecrypt(Convert.FromHexString(iv), output, computed, output));
            Assert.Equal(input, output);
        }
    }

    // storage.md A.1, computed with OpenSSL.
    [Theory]
    [MemberData(nameof(Engines))]
    public void A_sixteen_byte_iv_is_hashed_into_the_first_counter(string engine)
    {
        using AesGcm16 gcm = Gcm(engine, [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        byte[] iv = [.. Enumerable.Range(0xa0, 16).Select(i => (byte)i)];
        byte[] cipher = new byte[Fox.Length], tag = new byte[16], plain = new byte[Fox.Length];
        gcm.Encrypt(iv, System.Text.Encoding.ASCII.GetBytes(Fox), cipher, tag);
        Assert.Equal("7ecb469c69b8a415a8be7dc38263e3b0e42a3b5914413cdc8e3205c07c4706f364f4c60ff4a9c69d8a6657", Convert.ToHexStringLower(cipher));
        Assert.Equal("6c15f13bff9f5f7fce5e2750fe5844ac", Convert.ToHexStringLower(tag));
        Assert.True(gcm.TryDecrypt(iv, cipher, tag, plain));
        Assert.Equal(Fox, System.Text.Encoding.ASCII.GetString(plain));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void It_agrees_with_the_framework_on_short_ivs(string engine)
    {
        Arbitrary<(int Length, int Seed)> messages = Gen.Choose(0, 20_000).SelectMany(length => Gen.Choose(0, int.MaxValue - 1).Select(seed => (length, seed))).ToArbitrary();
        Prop.ForAll(messages, message =>
        {
            Random random = new(message.Seed);
            byte[] key = Noise(random, 32), iv = Noise(random, 12), plain = Noise(random, message.Length);
            byte[] cipher = new byte[plain.Length], tag = new byte[16], expected = new byte[plain.Length], expectedTag = new byte[16];
            using AesGcm framework = new(key, 16);
            framework.Encrypt(iv, plain, expected, expectedTag);
            using IAesGcm gcm = Cipher(engine, key);
            gcm.Encrypt(iv, plain, cipher, tag);
            Assert.Equal(expected, cipher);
            Assert.Equal(expectedTag, tag);
            Assert.True(gcm.TryDecrypt(iv, cipher, tag, cipher));
            Assert.Equal(plain, cipher);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_length_around_blocks_and_batches_is_the_same_with_both()
    {
        Skip.Unless(OpenSsl.IsUsable, "there is no OpenSSL here that passes the known-answer test");
        Random random = new(1);
        byte[] key = Noise(random, 32), iv = Noise(random, 16);
        using AesGcm16 openSsl = Gcm(ByOpenSsl, key), bouncyCastle = Gcm(ByBouncyCastle, key);
        foreach (int length in Enumerable.Range(0, 401).Append(5 << 20))
        {
            byte[] plain = Noise(random, length), a = new byte[length], b = new byte[length], tagA = new byte[16], tagB = new byte[16];
            openSsl.Encrypt(iv, plain, a, tagA);
            bouncyCastle.Encrypt(iv, plain, b, tagB);
            Assert.Equal(b, a);
            Assert.Equal(tagB, tagA);
            Assert.True(openSsl.TryDecrypt(iv, b, tagB, b));
            Assert.True(bouncyCastle.TryDecrypt(iv, a, tagA, a));
            Assert.Equal(plain, a);
            Assert.Equal(plain, b);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Encryption_in_place_is_the_same(string engine)
    {
        Random random = new(5);
        byte[] iv = Noise(random, 16), plain = Noise(random, 1000), apart = new byte[1000], tag = new byte[16], tagInPlace = new byte[16];
        using AesGcm16 gcm = Gcm(engine, Noise(random, 32));
        gcm.Encrypt(iv, plain, apart, tag);
        gcm.Encrypt(iv, plain, plain, tagInPlace);
        Assert.Equal(apart, plain);
        Assert.Equal(tag, tagInPlace);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Many_threads_share_one_key(string engine)
    {
        using AesGcm16 gcm = Gcm(engine, Noise(new Random(6), 32));
        Parallel.For(0, 64, seed =>
        {
            Random random = new(seed);
            byte[] iv = Noise(random, 16), plain = Noise(random, 50_000), cipher = new byte[50_000], tag = new byte[16];
            gcm.Encrypt(iv, plain, cipher, tag);
            Assert.True(gcm.TryDecrypt(iv, cipher, tag, cipher));
            Assert.Equal(plain, cipher);
        });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Nothing_gets_out_when_a_bit_is_wrong(string engine)
    {
        Random random = new(3);
        byte[] iv = Noise(random, 16), plain = Noise(random, 333), cipher = new byte[333], tag = new byte[16], output = new byte[333];
        using AesGcm16 gcm = Gcm(engine, Noise(random, 32));
        gcm.Encrypt(iv, plain, cipher, tag);
        foreach (byte[] part in new[] { iv, cipher, tag })
        {
            for (int bit = 0; bit < part.Length * 8; bit++)
            {
                part[bit / 8] ^= (byte)(1 << (bit % 8));
                Array.Fill(output, (byte)0x55);
                Assert.False(gcm.TryDecrypt(iv, cipher, tag, output));
                Assert.True(output.All(b => b == 0));
                part[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(gcm.TryDecrypt(iv, cipher, tag, output));
        Assert.Equal(plain, output);
    }

    [Fact]
    public void Lengths_and_overlaps_that_cannot_work_are_refused()
    {
        using AesGcm16 gcm = Gcm(ByBouncyCastle, new byte[32]);
        byte[] memory = new byte[100];
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[12], memory, new byte[16], memory));
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[16], memory, new byte[12], memory));
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[16], memory, new byte[16], new byte[99]));
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[16], memory.AsSpan(0, 90), new byte[16], memory.AsSpan(10)));
    }

    private static AesGcm16 Gcm(string engine, byte[] key) => new(Cipher(engine, key));

    private static IAesGcm Cipher(string engine, byte[] key) =>
        engine == ByOpenSsl ? new OpenSslAesGcm(key) : LibraryContext.Libraries.CreateAesGcm(key);

    private static byte[] Noise(Random random, int length)
    {
        byte[] noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }
}
