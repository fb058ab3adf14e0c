namespace PbsModule.Help;

/// <summary>Writes a topic as plain text, as Get-Help shows it. Get-Help finds it by its first lines.</summary>
internal static class TopicFile
{
    private const string Fence = "```";

    public static void Write(string page, string destination)
    {
        IEnumerable<string> text = File.ReadLines(page);
        string[] lines = [.. text.Where(line => !line.StartsWith(Fence, StringComparison.Ordinal)).Select(Plain)];
        string topic = string.Join('\n', (string[])["TOPIC", $"    {lines[0]}", .. lines[1..], ""]);
        File.WriteAllText(Path.Combine(destination, $"{Path.GetFileNameWithoutExtension(page)}.help.txt"), topic);
    }

    private static string Plain(string line) => line.StartsWith('#') ? line.TrimStart('#').TrimStart() : line;
}
