Describe 'A snapshot that has lost its manifest' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $copy = Join-Path $TestDrive ds1
        Copy-Item -Recurse $Store $copy
        $key = (Resolve-Path $PSScriptRoot/../corpus/keys/enc-kdf-none.json).Path
        $image = @{ Snapshot = 'vm/100/2024-05-12T00:00:02Z'; FileName = 'drive-scsi0.img.fidx' }
        $tree = @{ Snapshot = 'host/alpha/2024-10-27T01:30:00Z'; Archive = 'root.pxar' }
        $sealed = @{ Snapshot = 'host/enc/2024-04-02T08:00:00Z'; Archive = 'data.pxar'; KeyFile = $key }
        foreach ($snapshot in $image, $tree) { Remove-Item (Join-Path $copy "$($snapshot.Snapshot)/index.json.blob") }
        Set-Content (Join-Path $copy "$($sealed.Snapshot)/index.json.blob") 'damaged'
        function New-Place { (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))).FullName }
        function Get-Hash([string] $Folder) { Get-ChildItem $Folder -Recurse -File -Force | Sort-Object FullName | ForEach-Object { '{0} {1}' -f [IO.Path]::GetRelativePath($Folder, $_.FullName), (Get-FileHash $_.FullName).Hash } }
    }

    It 'is refused unless that is asked for, and the refusal names the way' {
        $ErrorActionPreference = 'Stop'
        foreach ($read in { Save-PbsSnapshotFile $copy @image (New-Place) -Decode }, { Get-PbsArchiveItem $copy @tree }, { Expand-PbsArchive $copy @sealed -Destination (Join-Path (New-Place) x) }) { $read | Should -Throw }
        $failed = $null
        Get-PbsArchiveItem $copy @tree -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Be 'ManifestMissing,PbsModule.Commands.GetPbsArchiveItemCommand'
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*-AllowMissingManifest*'
    }

    It 'gives its images and blobs' {
        $before, $here, $there = (Get-Fingerprint $copy), (New-Place), (New-Place)
        $warned = $null
        $null = Save-PbsSnapshotFile $copy @image $here -Decode -AllowMissingManifest -WarningAction SilentlyContinue -WarningVariable warned
        $null = Save-PbsSnapshotFile $Store @image $there -Decode
        Get-Hash $here | Should -Be (Get-Hash $there)
        $warned.Count | Should -Be 1
        $warned[0].Message | Should -BeLike "vm/100/2024-05-12T00:00:02Z: unable to load blob *index.json.blob* - No such file or directory (os error 2). It is read by*"
        $text = Get-PbsSnapshotFileContent $copy $image.Snapshot qemu-server.conf.blob -AllowMissingManifest -WarningAction SilentlyContinue
        $text | Should -Be (Get-PbsSnapshotFileContent $Store $image.Snapshot qemu-server.conf.blob)
        Get-Fingerprint $copy | Should -Be $before
    }

    It 'gives its archives, their lists and their files' {
        $how = @{ AllowMissingManifest = $true; WarningAction = 'SilentlyContinue' }
        $items = Get-PbsArchiveItem $copy @tree -Recurse @how
        $items.Path | Should -Be (Get-PbsArchiveItem $Store @tree -Recurse).Path
        (Get-PbsCatalogItem $copy @tree -Recurse @how).Path | Should -Be (Get-PbsCatalogItem $Store @tree -Recurse).Path
        $here, $there = (Join-Path (New-Place) a), (Join-Path (New-Place) b)
        $null = Expand-PbsArchive $copy @tree -ItemPath /etc -Destination $here @how
        $null = Expand-PbsArchive $Store @tree -ItemPath /etc -Destination $there
        Get-Hash $here | Should -Be (Get-Hash $there)
        $place = New-Place
        ($items | Where-Object Path -EQ /etc/hostname | Save-PbsArchiveItem -Destination $place @how).Name | Should -Be hostname
    }

    It 'gives what is encrypted, with its key only' {
        $how = @{ AllowMissingManifest = $true; WarningAction = 'SilentlyContinue' }
        $here, $there = (Join-Path (New-Place) a), (Join-Path (New-Place) b)
        $null = Expand-PbsArchive $copy @sealed -Destination $here @how
        $null = Expand-PbsArchive $Store @sealed -Destination $there
        Get-Hash $here | Should -Be (Get-Hash $there)
        { Get-PbsArchiveItem $copy $sealed.Snapshot -Archive data.pxar @how -ErrorAction Stop } | Should -Throw -ErrorId 'KeyRequired,*'
    }

    It 'takes no index that is not what its own checksum says' {
        $path = Join-Path $copy "$($image.Snapshot)/$($image.FileName)"
        $bytes = [IO.File]::ReadAllBytes($path)
        $bytes[-1] = $bytes[-1] -bxor 1
        [IO.File]::WriteAllBytes($path, $bytes)
        $place = New-Place
        { Save-PbsSnapshotFile $copy @image $place -Decode -AllowMissingManifest -WarningAction SilentlyContinue -ErrorAction Stop } | Should -Throw -ErrorId 'ManifestFileMismatch,*'
        Get-ChildItem $place | Should -BeNullOrEmpty
    }
}
