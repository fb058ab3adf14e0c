using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Tests;

/// <summary>Names that are bytes, as text and back.</summary>
public sealed class EscapedNameTests
{
    [Theory]
    [InlineData("666f6f2e636f6e66", "foo.conf")]
    [InlineData("c3a4e29883f09f9880", "ä☃😀")]
    [InlineData("61ff62", @"a\xffb")]
    [InlineData("c3", @"\xc3")]
    [InlineData("eda080", @"\xed\xa0\x80")]
    [InlineData("0a1b5b327e7f", @"\x0a\x1b[2~\x7f")]
    [InlineData("c29b", @"\xc2\x9b")]
    [InlineData("612f62", @"a\x2fb")]
    [InlineData("613a5c62", @"a:\b")]
    [InlineData("646576", "dev")]
    [InlineData("00", @"\x00")]
    [InlineData("", "")]
    public void A_name_is_shown_and_found_again(string hex, string text)
    {
        byte[] name = Convert.FromHexString(hex);
        Assert.Equal(text, EscapedName.Format(name));
        Assert.Equal(name, EscapedName.Parse(text));
    }

    [Theory]
    [InlineData(@"dev-disk-by\x2duuid.swap", @"dev-disk-by\x2duuid.swap")]
    [InlineData(@"a\xff", @"a\x5cxff")]
    [InlineData(@"a\x5C", @"a\x5cx5C")]
    [InlineData(@"\x", @"\x")]
    [InlineData(@"\xg0", @"\xg0")]
    [InlineData(@"\\x0a", @"\\x5cx0a")]
    public void A_backslash_is_itself_where_it_makes_no_escape(string name, string text)
    {
        Assert.Equal(text, EscapedName.Format(Encoding.UTF8.GetBytes(name)));
        Assert.Equal(name, Encoding.UTF8.GetString(EscapedName.Parse(text)));
    }

    [Fact]
    public void Any_bytes_survive_and_what_is_shown_is_harmless() => Prop.ForAll(Arb.From(Names), name =>
    {
        string text = EscapedName.Format(name);
        return EscapedName.Parse(text).AsSpan().SequenceEqual(name) && !text.Any(character => char.IsControl(character) || character == '/');
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Different_names_look_different() => Prop.ForAll(Arb.From(Names), Arb.From(Names), (a, b) =>
        a.AsSpan().SequenceEqual(b) || EscapedName.Format(a) != EscapedName.Format(b)).QuickCheckThrowOnFailure();

    [Fact]
    public void Plain_is_what_is_shown_as_it_is()
    {
        for (int value = 0; value < 256; value++)
        {
            byte[] name = [(byte)'a', (byte)value];
            if (EscapedName.IsPlain(name)) Assert.Equal(Encoding.ASCII.GetString(name), EscapedName.Format(name));
            Assert.Equal(EscapedName.IsPlain(name) || value == '/', EscapedName.IsPlainPath(name));
        }

        Assert.True(EscapedName.IsPlain("etc fstab.~[1]"u8));
        Assert.False(EscapedName.IsPlain("a/b"u8));
        Assert.False(EscapedName.IsPlain(@"a\b"u8));
    }

    private static Gen<byte[]> Names => Gen.ArrayOf(Gen.OneOf(
        Gen.Choose(0, 255).Select(value => (byte)value),
        Gen.Elements((byte)'\\', (byte)'x', (byte)'5', (byte)'c', (byte)'f', (byte)'/', (byte)0xC3, (byte)0xA4)));
}
