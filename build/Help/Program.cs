using PbsModule.Help;

if (args is not [string docs, string destination])
{
    await Console.Error.WriteLineAsync("usage: PbsHelp <the folder docs> <the folder en-US of the module>");
    return 2;
}

try
{
    Directory.CreateDirectory(destination);
    string[] files = [.. Directory.GetFiles(Path.Combine(docs, "cmdlets"), "*-*.md").Order(StringComparer.Ordinal)];
    MamlFile.Write(Path.Combine(destination, "PbsModule.dll-Help.xml"), files.Select(PageReader.Read));
    foreach (string topic in Directory.GetFiles(docs, "about_*.md")) TopicFile.Write(topic, destination);
    return 0;
}
catch (InvalidDataException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
