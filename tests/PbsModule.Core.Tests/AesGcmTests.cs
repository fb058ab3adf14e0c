using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Tests;

/// <summary>AES-256-GCM with both engines: published vectors, the framework's own, and what must not get out.</summary>
public class AesGcmTests
{
    private const string Fox = "The quick brown fox jumps over the lazy dog";

    public static TheoryData<bool> Engines => AesGcmX86.IsSupported ? [true, false] : [false];

    // The cases 13 to 15 of McGrew and Viega, "The Galois/Counter Mode of Operation": AES-256, 12-byte IV, no additional data.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919")]
    [InlineData(
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        "b094dac5d93471bdec1a502270e3cc6c")]
    public void Published_vectors_hold_on_both_engines(string key, string iv, string plain, string cipher, string tag)
    {
        foreach (bool hardware in Engines)
        {
            using AesGcm16 gcm = Gcm(hardware, Convert.FromHexString(key));
            byte[] j0 = FromShortIv(Convert.FromHexString(iv));
            byte[] input = Convert.FromHexString(plain), output = new byte[input.Length], computed = new byte[16];
            gcm.EncryptFrom(j0, input, output, computed);
            Assert.Equal(cipher, Convert.ToHexStringLower(output));
            Assert.Equal(tag, Convert.ToHexStringLower(computed));
            Assert.True(gcm.TryDecryptFrom(j0, output, computed, output));
            Assert.Equal(input, output);
        }
    }

    // storage.md A.1, computed with OpenSSL.
    [Theory]
    [MemberData(nameof(Engines))]
    public void A_sixteen_byte_iv_is_hashed_into_the_first_counter(bool hardware)
    {
        using AesGcm16 gcm = Gcm(hardware, [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        byte[] iv = [.. Enumerable.Range(0xa0, 16).Select(i => (byte)i)];
        byte[] j0 = new byte[16], cipher = new byte[Fox.Length], tag = new byte[16], plain = new byte[Fox.Length];
        gcm.FirstCounter(iv, j0);
        Assert.Equal("454c53afac226a47bffc18e67d150ec0", Convert.ToHexStringLower(j0));
        gcm.Encrypt(iv, System.Text.Encoding.ASCII.GetBytes(Fox), cipher, tag);
        Assert.Equal("7ecb469c69b8a415a8be7dc38263e3b0e42a3b5914413cdc8e3205c07c4706f364f4c60ff4a9c69d8a6657", Convert.ToHexStringLower(cipher));
        Assert.Equal("6c15f13bff9f5f7fce5e2750fe5844ac", Convert.ToHexStringLower(tag));
        Assert.True(gcm.TryDecrypt(iv, cipher, tag, plain));
        Assert.Equal(Fox, System.Text.Encoding.ASCII.GetString(plain));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void It_agrees_with_the_framework_on_short_ivs(bool hardware)
    {
        Arbitrary<(int Length, int Seed)> messages = Gen.Choose(0, 20_000).SelectMany(length => Gen.Choose(0, int.MaxValue - 1).Select(seed => (length, seed))).ToArbitrary();
        Prop.ForAll(messages, message =>
        {
            Random random = new(message.Seed);
            byte[] key = Noise(random, 32), iv = Noise(random, 12), plain = Noise(random, message.Length);
            byte[] cipher = new byte[plain.Length], tag = new byte[16], expected = new byte[plain.Length], expectedTag = new byte[16];
            using AesGcm framework = new(key, 16);
            framework.Encrypt(iv, plain, expected, expectedTag);
            using AesGcm16 gcm = Gcm(hardware, key);
            gcm.EncryptFrom(FromShortIv(iv), plain, cipher, tag);
            Assert.Equal(expected, cipher);
            Assert.Equal(expectedTag, tag);
            Assert.True(gcm.TryDecryptFrom(FromShortIv(iv), cipher, tag, cipher));
            Assert.Equal(plain, cipher);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_length_around_blocks_and_batches_is_the_same_on_both_engines()
    {
        Assert.SkipUnless(AesGcmX86.IsSupported, "this processor has no AES instructions; there is one engine only");
        Random random = new(1);
        byte[] key = Noise(random, 32), iv = Noise(random, 16);
        using AesGcm16 hardware = Gcm(true, key), portable = Gcm(false, key);
        for (int length = 0; length <= 400; length++)
        {
            byte[] plain = Noise(random, length), a = new byte[length], b = new byte[length], tagA = new byte[16], tagB = new byte[16];
            hardware.Encrypt(iv, plain, a, tagA);
            portable.Encrypt(iv, plain, b, tagB);
            Assert.Equal(b, a);
            Assert.Equal(tagB, tagA);
            Assert.True(hardware.TryDecrypt(iv, b, tagB, b));
            Assert.True(portable.TryDecrypt(iv, a, tagA, a));
            Assert.Equal(plain, a);
            Assert.Equal(plain, b);
        }
    }

    // A hashed IV makes any first counter, so one message in 4096 of 16 MiB runs over the end of the 32 bits.
    [Theory]
    [MemberData(nameof(Engines))]
    public void The_counter_wraps_in_its_last_four_bytes(bool hardware)
    {
        Random random = new(2);
        byte[] key = Noise(random, 32), plain = Noise(random, 1000), cipher = new byte[1000], expected = new byte[1008], tag = new byte[16];
        byte[] j0 = Noise(random, 16);
        BinaryPrimitives.WriteUInt32BigEndian(j0.AsSpan(12), uint.MaxValue - 19);
        for (int block = 0; block < 63; block++)
        {
            j0.CopyTo(expected, block * 16);
            BinaryPrimitives.WriteUInt32BigEndian(expected.AsSpan(block * 16 + 12), unchecked(uint.MaxValue - 19 + 1 + (uint)block));
        }

        using Aes aes = Aes.Create();
        aes.Key = key;
        aes.EncryptEcb(expected, expected, PaddingMode.None);
        for (int i = 0; i < plain.Length; i++) expected[i] ^= plain[i];

        using AesGcm16 gcm = Gcm(hardware, key);
        gcm.EncryptFrom(j0, plain, cipher, tag);
        Assert.Equal(expected[..1000], cipher);
        Assert.True(gcm.TryDecryptFrom(j0, cipher, tag, cipher));
        Assert.Equal(plain, cipher);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Nothing_gets_out_when_a_bit_is_wrong(bool hardware)
    {
        Random random = new(3);
        byte[] iv = Noise(random, 16), plain = Noise(random, 333), cipher = new byte[333], tag = new byte[16], output = new byte[333];
        using AesGcm16 gcm = Gcm(hardware, Noise(random, 32));
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
        using AesGcm16 gcm = Gcm(false, new byte[32]);
        byte[] memory = new byte[100];
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[12], memory, new byte[16], memory));
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[16], memory, new byte[12], memory));
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[16], memory, new byte[16], new byte[99]));
        Assert.Throws<ArgumentException>(() => gcm.TryDecrypt(new byte[16], memory.AsSpan(0, 90), new byte[16], memory.AsSpan(10)));
    }

    private static AesGcm16 Gcm(bool hardware, byte[] key) => new(hardware ? new AesGcmX86(key) : new AesGcmPortable(key));

    private static byte[] FromShortIv(byte[] iv) => [.. iv, 0, 0, 0, 1];

    private static byte[] Noise(Random random, int length)
    {
        byte[] noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }
}
