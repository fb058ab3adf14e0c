using System.Text;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Core.Tests;

public class ScryptTests
{
    // RFC 7914 §12, without the last one, which takes a gigabyte.
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    public void The_vectors_of_the_RFC_hold(string password, string salt, int n, int r, int p, string expected)
    {
        byte[] derived = new byte[64];
        Scrypt.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), n, r, p, derived);
        Assert.Equal(expected, Convert.ToHexStringLower(derived));
    }

    // storage.md A.1: the parameters PBS writes.
    [Fact]
    public void The_parameters_of_a_real_key_file_derive_what_OpenSSL_derives()
    {
        byte[] derived = new byte[32];
        Scrypt.Derive("test"u8, [], 65536, 8, 1, derived);
        Assert.Equal("28cdb1a3bef39396c3860e00d448fe7a0efd8244486ab6feb30457681d31597e", Convert.ToHexStringLower(derived));
    }

    [Theory]
    [InlineData(65536, 8, 1, true)]
    [InlineData(1 << 20, 8, 1, true)]
    [InlineData(32768, 1, 1, true)]
    [InlineData(65536, 1, 1, false)]
    [InlineData(0, 8, 1, false)]
    [InlineData(1, 8, 1, false)]
    [InlineData(65535, 8, 1, false)]
    [InlineData(-65536, 8, 1, false)]
    [InlineData(65536, 0, 1, false)]
    [InlineData(65536, 8, 0, false)]
    [InlineData(1 << 21, 8, 1, false)]
    [InlineData(1 << 20, 9, 1, false)]
    [InlineData(16384, 8, 1024, false)]
    [InlineData(2, 1, (1 << 23) + 1, false)]
    [InlineData(long.MaxValue / 2 + 1, long.MaxValue, long.MaxValue, false)]
    public void Parameters_out_of_bounds_are_refused_before_any_work(long n, long r, long p, bool accepted) =>
        Assert.Equal(accepted, Scrypt.Check(n, r, p) is null);
}
