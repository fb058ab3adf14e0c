#requires -Version 7.4
<#
.SYNOPSIS
Draws what cmdlets write in a terminal, as SVG.
.DESCRIPTION
Runs lines on a datastore and draws them with what they write, in the colours PowerShell gives it. The pictures of README are made this way:
tests/Pester/Picture.Tests.ps1 compares them with what the cmdlets write now, and with PBS_WRITE_DOCS=1 makes them anew.
The module has to be imported.
.PARAMETER Line
The lines; {store} stands for the datastore, {parent} for the folder it is in, {folder} for a folder for results.
.PARAMETER Store
Where the datastore is.
.PARAMETER ShownStore
Where it seems to be.
.PARAMETER Folder
An empty folder for results.
.PARAMETER ShownFolder
Where that seems to be.
.PARAMETER Width
Columns.
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Mandatory)]
    [string[]] $Line,

    [Parameter(Mandatory)]
    [string] $Store,

    [string] $ShownStore = '/mnt/disk/store1',

    [Parameter(Mandatory)]
    [string] $Folder,

    [string] $ShownFolder = '/srv/restored',

    [int] $Width = 100
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Pixels of a character and of a line, and the space around all.
$cell = 8.4
$row = 19
$margin = 16
# What PowerShell uses, by SGR code; a heading is bold.
$colours = @{ '31' = '#ff7b72'; '32' = '#7ee787'; '33' = '#e3b341'; '36' = '#79c0ff'; '44' = '#79c0ff' }

function Get-Scene {
    $before = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'Ansi'
    try {
        foreach ($text in $Line) {
            "PS> $($text.Replace('{parent}', (Split-Path $ShownStore)).Replace('{store}', $ShownStore).Replace('{folder}', $ShownFolder))"
            # Wide, because a path that only seems to be shorter must not be cut.
            $run = [scriptblock]::Create($text.Replace('{parent}', (Split-Path $Store)).Replace('{store}', $Store).Replace('{folder}', $Folder))
            & $run 3>$null | Out-String -Width 300 -Stream |
                ForEach-Object { $_.Replace($Store, $ShownStore).Replace($Folder, $ShownFolder).TrimEnd() }
        }
    }
    finally { $PSStyle.OutputRendering = $before }
}

# Runs of one look: text, colour or null, bold or not.
function Split-Run {
    param([string] $Text)
    $colour = $null
    $bold = $false
    foreach ($part in [regex]::Split($Text, '(\e\[[\d;]*m)')) {
        if ($part -match '^\e\[([\d;]*)m$') {
            foreach ($code in $Matches[1] -split ';') {
                if ($code -in '', '0') { $colour = $null; $bold = $false }
                elseif ($code -eq '1') { $bold = $true }
                elseif ($colours.ContainsKey($code)) { $colour = $colours[$code] }
            }
        }
        elseif ($part) { [pscustomobject]@{ Text = $part; Colour = $colour; Bold = $bold } }
    }
}

function ConvertTo-Svg {
    param([string[]] $Text)
    $invariant = [cultureinfo]::InvariantCulture
    $right = [Math]::Ceiling(($Width * $cell) + (2 * $margin))
    $bottom = ($Text.Count * $row) + (2 * $margin)
    "<svg xmlns=`"http://www.w3.org/2000/svg`" width=`"$right`" height=`"$bottom`" viewBox=`"0 0 $right $bottom`" role=`"img`">"
    "<rect width=`"$right`" height=`"$bottom`" rx=`"8`" fill=`"#0d1117`"/>"
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, ''DejaVu Sans Mono'', monospace" font-size="14" fill="#c9d1d9">'
    for ($i = 0; $i -lt $Text.Count; $i++) {
        $y = $margin + (($i + 1) * $row) - 5
        $column = 0
        foreach ($run in Split-Run $Text[$i]) {
            # Each word where its column is, whatever the font.
            foreach ($word in [regex]::Matches($run.Text, '\S+(?: \S+)*')) {
                $x = ($margin + (($column + $word.Index) * $cell)).ToString('0.0', $invariant)
                $length = ($word.Length * $cell).ToString('0.0', $invariant)
                $isCommand = $Text[$i].StartsWith('PS> ')
                $look = if ($isCommand) { ' fill="#ffffff"' } elseif ($run.Colour) { " fill=`"$($run.Colour)`"" }
                $weight = if ($run.Bold -or $isCommand) { ' font-weight="bold"' }
                "<text x=`"$x`" y=`"$y`" textLength=`"$length`"$look$weight>$([System.Security.SecurityElement]::Escape($word.Value))</text>"
            }
            $column += $run.Text.Length
        }
    }
    '</g>'
    '</svg>'
}

$scene = @(Get-Scene)
# One empty line where there are several.
$scene = @(for ($i = 0; $i -lt $scene.Count; $i++) { if ($scene[$i] -or ($i -gt 0 -and $scene[$i - 1])) { $scene[$i] } })
while ($scene.Count -gt 0 -and -not $scene[-1]) { $scene = $scene[0..($scene.Count - 2)] }
(ConvertTo-Svg $scene) -join "`n"
