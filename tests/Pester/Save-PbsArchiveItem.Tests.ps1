Describe 'Save-PbsArchiveItem' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $root = @{ Archive = 'root.pxar' }
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
    }
    AfterAll { Disconnect-PbsServer }
    BeforeEach {
        $place = (New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))).FullName
    }

    It 'saves a file with its content and time' {
        $item = Get-PbsArchiveItem ds1 $alpha /etc/hostname @root
        $file = Save-PbsArchiveItem ds1 $alpha /etc/hostname $place @root
        $file | Should -BeOfType System.IO.FileInfo
        $file.Name, $file.Length | Should -Be 'hostname', $item.Size
        [datetimeoffset]::new($file.LastWriteTimeUtc).ToUnixTimeSeconds() | Should -Be $item.LastWriteTime.ToUnixTimeSeconds()
        (Save-PbsArchiveItem ds1 $alpha /etc/hostname (Join-Path $place other) @root).Name | Should -Be 'other'
    }

    It 'takes items of archives and catalogs, and rows' {
        (Get-PbsArchiveItem ds1 $alpha /etc/hostname @root | Save-PbsArchiveItem -Destination $place).Name | Should -Be 'hostname'
        (Get-PbsCatalogItem ds1 $alpha /bin/tool @root | Save-PbsArchiveItem -Destination $place).Length | Should -Be 60000
        (Get-PbsArchiveItem ds1 $alpha /bin/suid @root | ConvertTo-Csv | ConvertFrom-Csv | Save-PbsArchiveItem -Destination $place).Length | Should -Be 17
        @(Save-PbsArchiveItem ds1 $alpha '/bin/s*id' (New-Item -ItemType Directory $place/two).FullName @root).Name | Should -Be 'sgid', 'suid'
    }

    It 'packs folders' {
        $zip = Save-PbsArchiveItem ds1 $alpha /bin $place @root
        $zip.Name | Should -Be 'bin.zip'
        Expand-Archive $zip.FullName $place/unpacked
        (Get-Item $place/unpacked/bin/tool).Length | Should -Be 60000
        $tar = Save-PbsArchiveItem ds1 $alpha /bin $place @root -AsTarZstd
        $tar.Name | Should -Be 'bin.tar.zst'
        if (Get-Command zstd -CommandType Application -ErrorAction Ignore) { & tar --zstd -tf $tar.FullName | Should -Contain 'bin/tool' }
        (Save-PbsArchiveItem ds1 $alpha -Destination $place @root).Name | Should -Be 'root.zip'
    }

    It 'replaces nothing unless forced, and nothing it wrote itself' {
        $null = Save-PbsArchiveItem ds1 $alpha /etc/hostname $place @root
        { Save-PbsArchiveItem ds1 $alpha /etc/hostname $place @root -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationExists,*'
        (Save-PbsArchiveItem ds1 $alpha /etc/hostname $place @root -Force).Name | Should -Be 'hostname'
        { Save-PbsArchiveItem ds1 $alpha /bin/suid, /bin/sgid $place/one @root -Force -ErrorAction Stop } |
            Should -Throw '2 files would be written to "*one": root.pxar/bin/sgid, root.pxar/bin/suid' -ErrorId 'ParametersConflict,*'
        Join-Path $place one | Should -Not -Exist
    }

    It 'refuses several snapshots for one place before anything is written' {
        foreach ($how in @{}, @{ AsZip = $true; Force = $true }, @{ AsTarZstd = $true }) {
            { Save-PbsArchiveItem ds1 host/alpha /etc $place @root @how -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersConflict,*'
            { Save-PbsArchiveItem ds1 host/alpha -Destination (Join-Path $place one) @root @how -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersConflict,*'
        }
        { Find-PbsFile ds1 -BackupId alpha -Name hostname -Archive root.pxar | Save-PbsArchiveItem -Destination $place -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersConflict,*'
        Get-ChildItem $place | Should -BeNullOrEmpty
        $found = Find-PbsFile ds1 -BackupId alpha -Name hostname -Archive root.pxar -WarningAction SilentlyContinue
        $saved = $found | Save-PbsArchiveItem -Destination $place -FolderPerSnapshot
        $saved.Count | Should -Be @($found).Count
        $saved.Count | Should -BeGreaterThan 1
        $saved[-1].FullName | Should -Be (Join-Path $place host_alpha_2024-10-27T01.30.00Z hostname)
    }

    It 'says what a zip cannot hold' {
        $verbose = Save-PbsArchiveItem ds1 $alpha /bin $place @root -WarningVariable warned -WarningAction SilentlyContinue -Verbose 4>&1
        "$warned" | Should -BeLike '*entries are not in *bin.zip*, because a zip file cannot hold a SymbolicLink: /bin/link-abs*'
        @($verbose | Where-Object { $_ -like '*/bin/link-abs is not in*' }).Count | Should -Be 1
        $null = Save-PbsArchiveItem ds1 $alpha /bin $place @root -AsTarZstd -WarningVariable none
        $none | Should -BeNullOrEmpty
    }

    It 'reports what cannot be saved and goes on' {
        $failed = $null
        (Save-PbsArchiveItem ds1 $alpha /none, /bin/link-abs, /bin/suid $place @root -ErrorAction SilentlyContinue -ErrorVariable failed).Name | Should -Be 'suid'
        $failed.FullyQualifiedErrorId | Should -Be 'ArchivePathNotFound,PbsModule.Commands.SavePbsArchiveItemCommand', 'FileNotDecodable,PbsModule.Commands.SavePbsArchiveItemCommand'
        { Save-PbsArchiveItem ds1 $alpha /bin/suid $place/none/x @root -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationNotFound,*'
        { Save-PbsArchiveItem ds1 $alpha /etc $place -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveRequired,*'
        { Save-PbsArchiveItem ds1 $alpha /etc $place @root -AsZip -AsTarZstd } | Should -Throw -ErrorId 'ParametersConflict,*'
    }

    It 'decrypts' {
        $item = Get-PbsArchiveItem ds1 host/enc/2024-04-01T08:00:00Z -Recurse -KeyFile $key | Where-Object Type -EQ File | Select-Object -First 1
        ($item | Save-PbsArchiveItem -Destination $place -KeyFile $key).Length | Should -Be $item.Size
        { $item | Save-PbsArchiveItem -Destination $place -Force -ErrorAction Stop } | Should -Throw -ErrorId 'KeyRequired,*'
    }

    It 'is only told with -WhatIf, and changes nothing in the store' {
        $before = Get-Fingerprint $Store
        Save-PbsArchiveItem ds1 $alpha /etc $place @root -WhatIf | Should -BeNullOrEmpty
        Get-ChildItem $place | Should -BeNullOrEmpty
        $null = Save-PbsArchiveItem ds1 $alpha /etc $place @root
        Get-Fingerprint $Store | Should -Be $before
        { Save-PbsArchiveItem ds1 $alpha /bin/suid $Store @root -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationGuarded,*'
    }

    It 'is for who may read' {
        try {
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId alice@pbs
            { Save-PbsArchiveItem ds1 $alpha /etc $place @root -ErrorAction Stop } | Should -Throw '*missing Datastore.Read|Datastore.Backup on /datastore/ds1'
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }
}
