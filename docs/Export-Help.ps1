<#
.SYNOPSIS
Checks the help pages against the cmdlets and renders them. Called by ./build.ps1 Docs.
.PARAMETER Update
Brings what pages say about syntax and parameters up to date first; what people wrote stays.
#>
param(
    [Parameter(Mandatory)]
    [string] $Module,

    [Parameter(Mandatory)]
    [string] $Destination,

    [switch] $Update
)

# No strict mode: PlatyPS does not bear it.
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0
Import-Module $Module
$scratch = Join-Path ([System.IO.Path]::GetTempPath()) "pbs-help-$([guid]::NewGuid())"

# What a page says about syntax and parameters: the part that is not prose.
function Get-Declaration {
    param([string] $Path)
    $text = (Get-Content $Path -Raw) -replace "`r"
    [regex]::Match($text, '(?ms)^## SYNTAX$.*?(?=^## )').Value
    [regex]::Matches($text, '(?ms)^### -\w+$|^```yaml$.*?^```$') | ForEach-Object Value
}

# Puts the declarations of a fresh page into an old one, with the old one's prose.
function Update-Declaration {
    param([string] $Path, [string] $Fresh)
    $old = (Get-Content $Path -Raw) -replace "`r"
    $new = (Get-Content $Fresh -Raw) -replace "`r"
    $syntax = [regex]::Match($new, '(?ms)^## SYNTAX$.*?(?=^## )').Value
    $old = [regex]::Replace($old, '(?ms)^## SYNTAX$.*?(?=^## )', { $syntax })
    $parameter = '(?ms)^### -(?<name>\w+)\n(?<prose>.*?)(?<yaml>^```yaml$.*?^```$)\n*'
    $prose = @{}
    foreach ($match in [regex]::Matches($old, $parameter)) { $prose[$match.Groups['name'].Value] = $match.Groups['prose'].Value }
    $parameters = foreach ($match in [regex]::Matches($new, $parameter)) {
        $name = $match.Groups['name'].Value
        "### -$name`n$($prose.ContainsKey($name) ? $prose[$name] : $match.Groups['prose'].Value)$($match.Groups['yaml'].Value)`n`n"
    }
    $old = [regex]::Replace($old, '(?ms)^## PARAMETERS\n+(### -\w+\n.*?^```yaml$.*?^```$\n*)*', { "## PARAMETERS`n`n$(-join $parameters)" })
    Set-Content $Path $old -NoNewline
}

try {
    $pages = Get-ChildItem (Join-Path $PSScriptRoot cmdlets) -Filter *-*.md
    $null = New-MarkdownCommandHelp -ModuleInfo (Get-Module PbsModule) -OutputFolder $scratch -AbbreviateParameterTypename
    $wrong = foreach ($page in $pages) {
        $fresh = Join-Path $scratch PbsModule $page.Name
        if ($Update) { Update-Declaration $page $fresh }
        $difference = Compare-Object (Get-Declaration $fresh) (Get-Declaration $page)
        if ($difference) { "$($page.Name) does not say what the cmdlet takes (./build.ps1 Docs -Update mends it); it should have:`n$(($difference | Where-Object SideIndicator -eq '<=').InputObject -join "`n")" }
    }

    if ($wrong) { throw ($wrong -join "`n`n") }
    $pages | Test-MarkdownCommandHelp -DetailView | Where-Object { $_ -match 'FAIL' } | ForEach-Object { throw "$_" }

    $null = $pages | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $scratch -Force
    Copy-Item (Join-Path $scratch PbsModule PbsModule.dll-Help.xml) $Destination

    foreach ($topic in Get-ChildItem $PSScriptRoot -Filter about_*.md) {
        # Get-Help shows topics as plain text, and finds them by a first line with their name.
        $lines = Get-Content $topic | Where-Object { $_ -notmatch '^```' } | ForEach-Object { $_ -replace '^#+ ' }
        Set-Content (Join-Path $Destination "$($topic.BaseName).help.txt") (@('TOPIC') + ($lines[0] -replace '^', '    ') + $lines[1..($lines.Count - 1)])
    }
}
finally {
    Remove-Item $scratch -Recurse -Force -ErrorAction Ignore
}
