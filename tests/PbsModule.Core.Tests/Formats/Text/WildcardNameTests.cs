using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Tests;

/// <summary>PowerShell's wildcards on the bytes of names.</summary>
public sealed class WildcardNameTests
{
    [Theory]
    [InlineData("*.conf", "sshd.conf", true)]
    [InlineData("*.conf", "SSHD.CONF", true)]
    [InlineData("*.conf", ".conf", true)]
    [InlineData("*.conf", "conf", false)]
    [InlineData("*.conf", "a.conf.bak", false)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*", "Abc", true)]
    [InlineData("*b*", "abc", true)]
    [InlineData("*b*", "ac", false)]
    [InlineData("**b**", "abc", true)]
    [InlineData("?", "ä", true)]
    [InlineData("Ä*", "äbc", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("[a-c]x", "Bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[c-]x", "-x", true)]
    [InlineData("[a`-c]x", "bx", false)]
    [InlineData("[a`]]x", "]x", true)]
    [InlineData("[*]", "*", true)]
    [InlineData("[*]", "a", false)]
    [InlineData("`*", "*", true)]
    [InlineData("`*", "a", false)]
    [InlineData("a`", "a`", true)]
    [InlineData("a]b", "a]b", true)]
    [InlineData("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("log*2024*gz", "log-2023-2024.gz", true)]
    public void Patterns(string pattern, string name, bool matches)
    {
        var wildcard = new WildcardName(pattern);
        Assert.Equal(matches, wildcard.Matches(Encoding.UTF8.GetBytes(name)));
        Assert.Equal(matches, wildcard.Matches(name));
        Assert.Equal(pattern, wildcard.ToString());
    }

    [Fact]
    public void Case_can_matter()
    {
        Assert.False(new WildcardName("*.conf", ignoreCase: false).Matches("a.CONF"u8));
        Assert.True(new WildcardName("*.conf", ignoreCase: false).Matches("a.conf"u8));
        Assert.False(new WildcardName("[a-c]*x", ignoreCase: false).Matches("Bx"u8));
        Assert.False(new WildcardName("Ä", ignoreCase: false).Matches("ä"));
    }

    [Fact]
    public void What_is_shown_escaped_is_compared_as_it_is_shown()
    {
        byte[] name = [(byte)'a', 0xFF, (byte)'.', (byte)'c'];
        Assert.True(new WildcardName(@"a\xff.c").Matches(name));
        Assert.True(new WildcardName("*.c").Matches(name));
        Assert.True(new WildcardName(@"*\xFF*").Matches(name));
        Assert.False(new WildcardName(@"*\xfe*").Matches(name));
        Assert.True(new WildcardName(@"*\x5cxff").Matches(@"a\xff"u8));
    }

    [Theory]
    [InlineData("[a")]
    [InlineData("a[")]
    [InlineData("[c-a]")]
    public void What_is_no_pattern_is_refused(string pattern) =>
        Assert.Equal(PbsErrorId.PatternInvalid, Assert.Throws<PbsArgumentException>(() => new WildcardName(pattern)).ErrorId);

    [Fact]
    public void Bytes_and_text_match_alike_and_as_a_regular_expression_does() => Prop.ForAll(
        Arb.From(Gen.ArrayOf(Gen.Elements("ab*?B.Ä*".ToCharArray()))), Arb.From(Gen.ArrayOf(Gen.Elements("abAB.äX".ToCharArray()))), (pattern, name) =>
        {
            string text = new(pattern), shown = new(name);
            string expression = "^" + string.Concat(text.Select(c => c switch { '*' => ".*", '?' => ".", _ => Regex.Escape($"{c}") })) + "$";
            return new[] { true, false }.All(ignoreCase =>
            {
                bool expected = Regex.IsMatch(shown, expression, RegexOptions.Singleline | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));
                var wildcard = new WildcardName(text, ignoreCase);
                return wildcard.Matches(shown) == expected && wildcard.Matches(Encoding.UTF8.GetBytes(shown)) == expected;
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_name_costs_no_memory()
    {
        WildcardName[] patterns = [new("*.conf"), new("a*b?[c-d]*"), new("*Ä*")];
        byte[][] names = [[.. "document-0001.txt"u8], [.. "größe.conf"u8], [0xFF, .. "x"u8]];
        foreach (WildcardName pattern in patterns) pattern.Matches(names[1]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            foreach (WildcardName pattern in patterns)
            {
                foreach (byte[] name in names) pattern.Matches(name);
            }
        }

        // The runtime may allocate a little for itself; one object a name would be far more.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }
}
