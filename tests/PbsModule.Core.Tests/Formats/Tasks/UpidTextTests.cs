using System.Text;
using System.Text.Json;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>The short cut for UPIDs in listings never takes a text that the parser refuses or prints differently.</summary>
public sealed class UpidTextTests
{
    private static string[] Inputs => [.. UpidTests.Table.Select(item => item.GetProperty("input").GetString()!)];

    [Fact]
    public void Texts_of_a_server_are_recognised()
    {
        string[] printed = [.. Corpus.Json("tasks/tasks.json").RootElement.GetProperty("upids").EnumerateArray().Select(item => item.GetProperty("to_string").GetString()!)];
        Assert.True(printed.Length > 60);

        // A leading dot and letters beyond ASCII are left to the parser.
        string[] unusual = [.. printed.Where(text => !UpidText.IsPrinted(Encoding.UTF8.GetBytes(text)))];
        Assert.All(unusual, text => Assert.True(text.Contains(":\\x2e", StringComparison.Ordinal) || text.Contains("\\xc3", StringComparison.Ordinal), text));
    }

    [Fact]
    public void Only_what_prints_as_it_stands_is_recognised()
    {
        int recognised = 0;
        foreach (string text in Inputs)
        {
            if (Check(text)) recognised++;
        }

        Assert.InRange(recognised, 10, Inputs.Length);
    }

    [Fact]
    public void Mutated_texts_are_recognised_only_when_they_print_as_they_stand()
    {
        const string alphabet = "0123456789abcdefABCDEFxyz\\:-._/ !@\u00e4";
        var random = new Random(MutationFuzz.Seed);
        string[] inputs = Inputs;
        for (int i = 0; i < MutationFuzz.Count; i++)
        {
            var text = new StringBuilder(inputs[random.Next(inputs.Length)]);
            for (int edit = random.Next(3); edit >= 0 && text.Length > 0; edit--)
            {
                int at = random.Next(text.Length);
                if (random.Next(3) == 0) text.Remove(at, 1);
                else if (random.Next(2) == 0) text.Insert(at, alphabet[random.Next(alphabet.Length)]);
                else text[at] = alphabet[random.Next(alphabet.Length)];
            }

            Check(text.ToString());
        }
    }

    private static bool Check(string text)
    {
        if (!UpidText.IsPrinted(Encoding.UTF8.GetBytes(text))) return false;
        Assert.True(Upid.TryParse(text, out Upid? upid, out string? error), $"PBS_FUZZ_SEED={MutationFuzz.Seed}: {error}");
        Assert.Equal(text, upid.ToString());
        return true;
    }
}
