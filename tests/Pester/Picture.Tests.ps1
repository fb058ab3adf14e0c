# The picture in README shows what the cmdlets write. PBS_WRITE_DOCS=1 draws it anew.
Describe 'Picture' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $docs = Join-Path $PSScriptRoot ../../docs
        $picture = Join-Path $docs rescue.svg
        $scene = @{
            Line   = @(
                'Find-PbsDatastore {parent}'
                'Get-PbsSnapshot {store} -Latest 1'
                'Find-PbsFile {store} host/alpha -Name text.log -Version'
                'Expand-PbsArchive {store} host/alpha/2024-10-27T01:30:00Z /data {folder} -Archive root.pxar'
            )
            Store  = $Store
            Folder = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))).FullName
            Width  = 108
        }
        # Ages go on, and disks differ.
        function Hide-Changing { param([string] $Text) $Text -replace ' +\d+(mo|[smhdy])(?![\w.])', ' age' -replace ' +[\d.]+ [KMGTP]iB (?=/mnt)', ' size ' }
        function Get-Word { param([string] $Svg) (([xml] $Svg).svg.g.text.'#text') -join "`n" }
    }

    It 'shows what the cmdlets write' {
        $svg = & (Join-Path $docs Export-Picture.ps1) @scene
        if ($env:PBS_WRITE_DOCS -eq '1') { Set-Content $picture $svg }
        Hide-Changing (Get-Word (Get-Content $picture -Raw)) | Should -Be (Hide-Changing (Get-Word $svg))
    }

    It 'is in README, and says in words what it shows' {
        $readme = Get-Content (Join-Path $docs ../README.md) -Raw
        $readme | Should -Match '!\[[^\]]{20,}\]\(docs/rescue\.svg\)'
    }
}
