using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Names;

/// <summary>Splits <c>ns/a/ns/b/</c> from the start of a group or snapshot text.</summary>
public static class NamespacePrefix
{
    /// <summary>
    /// Splits a text before its last <paramref name="parts"/> components. The part before them must consist of pairs of
    /// <c>ns</c> and a name.
    /// </summary>
    /// <exception cref="PbsArgumentException">The first part is not a namespace in the form on disk.</exception>
    public static (BackupNamespace Namespace, string Local) Split(string text, int parts, string errorId, string what)
    {
        int cut = text.Length;
        for (int i = 0; i < parts; i++)
        {
            cut = cut <= 0 ? -1 : text.LastIndexOf('/', cut - 1);
            if (cut < 0) return (BackupNamespace.Root, text);
        }

        string[] front = text[..cut].Split('/');
        if (front.Length % 2 != 0)
        {
            throw new PbsArgumentException(errorId, $"unable to parse backup {what} path '{text}'", text);
        }

        BackupNamespace ns = BackupNamespace.Root;
        for (int i = 0; i < front.Length; i += 2)
        {
            if (front[i] != "ns")
            {
                throw new PbsArgumentException(
                    errorId,
                    $"unable to parse backup {what} path '{text}': invalid component in namespace path at {front[i]}",
                    text);
            }

            ns = ns.Append(front[i + 1]);
        }

        return (ns, text[(cut + 1)..]);
    }
}
