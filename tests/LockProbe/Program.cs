using PbsModule.Core.Interop.Files;
using PbsModule.LockProbe;

// The second process of the lock tests. It reads commands (words separated by tabs) and answers each with one line; when
// its input ends, so does it, and with it everything it holds.
var held = new Dictionary<string, IDisposable>();
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split('\t');
    try
    {
        Console.WriteLine(Answer(words));
    }
    catch (Exception e)
    {
        Console.WriteLine($"error {e.GetType().Name}: {e.Message}");
    }
}

string Answer(string[] words)
{
    switch (words)
    {
        case ["release", var name]:
            held.Remove(name, out IDisposable? gone);
            gone?.Dispose();
            return "released";
        case ["take", var name, var what, var mode, .. var where]:
            IDisposable? taken = Holdings.Take(what, Enum.Parse<LockMode>(mode), where);
            if (taken is null) return "busy";
            held.Add(name, taken);
            return "held";
        case ["grant", var root, var prefix, var count]:
            Grants.Add(root, prefix, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
            return "granted";
        case ["collect", var path]:
            return $"removed {Collections.Run(path)}";
        default:
            return "unknown command";
    }
}
