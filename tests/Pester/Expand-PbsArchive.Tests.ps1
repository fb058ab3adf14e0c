Describe 'Expand-PbsArchive' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $root = @{ Archive = 'root.pxar' }
        function Remove-Tree([string] $Path) { if (Test-Path $Path) { if ($IsLinux) { & rm -rf $Path } else { Remove-Item $Path -Recurse -Force } } }
    }
    AfterAll { Disconnect-PbsServer }
    BeforeEach { $place = Join-Path $TestDrive ([guid]::NewGuid().ToString('N')) }
    AfterEach { Remove-Tree $place }

    It 'does not restore several snapshots into one folder' {
        $target = Join-Path $TestDrive several
        foreach ($how in @{}, @{ NoClobber = $true }, @{ Overwrite = $true }, @{ ItemPath = '/' }, @{ ItemPath = '/etc/host*'; Overwrite = $true }, @{ WhatIf = $true }) {
            $failed = $null
            Expand-PbsArchive ds1 host/alpha -Archive root.pxar -Destination $target @how -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            $failed[-1].FullyQualifiedErrorId | Should -Be 'ParametersConflict,PbsModule.Commands.ExpandPbsArchiveCommand'
        }
        { Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Expand-PbsArchive -Archive root.pxar -Destination $target -ErrorAction Stop } | Should -Throw -ErrorId 'ParametersConflict,*'
        { $alpha, 'host/alpha/2024-06-01T12:00:00Z' | Get-PbsArchiveItem -Datastore ds1 -ItemPath /etc/hostname -Archive root.pxar | Expand-PbsArchive -Destination $target -ErrorAction Stop } |
            Should -Throw -ErrorId 'ParametersConflict,*'
        Test-Path $target | Should -BeFalse
    }

    It 'gives each snapshot a folder of its own' {
        $target = Join-Path $TestDrive each
        $result = Expand-PbsArchive ds1 host/multi.chunk_test-1 -Archive multi.pxar -Destination $target -FolderPerSnapshot | Where-Object { $_ -is [PbsModule.Core.Features.Archives.ArchiveRestoreInfo] }
        $folders = 'host_multi.chunk_test-1_2024-01-15T06.07.08Z', 'host_multi.chunk_test-1_2024-01-16T06.07.08Z'
        $result.Destination | Should -Be @($folders | ForEach-Object { Join-Path $target $_ })
        (Get-ChildItem $target).Name | Should -Be $folders
        foreach ($one in $result) {
            @(Get-ChildItem $one.Destination -Recurse -File).Count | Should -Be @(Get-PbsArchiveItem ds1 "host/multi.chunk_test-1/$($one.BackupTime.UtcDateTime.ToString('yyyy-MM-ddTHH:mm:ssZ'))" -Archive multi.pxar -Recurse | Where-Object Type -EQ File).Count
        }
        { Expand-PbsArchive ds1 host/alpha -Archive root.pxar -Destination $Store -FolderPerSnapshot -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationGuarded,*'
    }

    It 'restores a whole archive with what its files had' {
        $result = Expand-PbsArchive ds1 $alpha -Destination $place @root
        $summary = $result[-1]
        $summary | Should -BeOfType PbsModule.Core.Features.Archives.ArchiveRestoreInfo
        $summary.Destination, $summary.Failed, $summary.HardLinks | Should -Be $place, 0, 2
        $items = Get-PbsArchiveItem ds1 $alpha @root -Recurse
        $summary.Files | Should -Be @($items | Where-Object Type -EQ File).Count
        $tool = Get-Item (Join-Path $place bin/tool)
        $tool.Length | Should -Be 60000
        [datetimeoffset]::new($tool.LastWriteTimeUtc).ToUnixTimeSeconds() | Should -Be ($items | Where-Object Path -EQ /bin/tool).LastWriteTime.ToUnixTimeSeconds()
        if ($IsLinux) {
            $tool.UnixMode, (Get-Item (Join-Path $place bin/sgid)).UnixMode | Should -Be '-rwxr-xr-x', '-rwxr-sr-x'
            (Get-Item (Join-Path $place bin/link-abs)).LinkTarget | Should -Be '/etc/hostname'
        }
    }

    It 'restores items that come one by one as one tree' {
        $result = Get-PbsArchiveItem ds1 $alpha /bin, /etc @root | Where-Object Type -EQ File | Expand-PbsArchive -Destination $place
        @($result | Where-Object { $_ -is [PbsModule.Core.Features.Archives.ArchiveRestoreInfo] }).Count | Should -Be 1
        Test-Path (Join-Path $place etc/hostname), (Join-Path $place bin/tool) | Should -Be $true, $true
        Test-Path (Join-Path $place hl) | Should -BeFalse
        Remove-Tree $place
        $null = Get-PbsCatalogItem ds1 $alpha /etc/hostname @root | ConvertTo-Csv | ConvertFrom-Csv | Expand-PbsArchive -Destination $place
        Test-Path (Join-Path $place etc/hostname) | Should -BeTrue
    }

    It 'restores once what comes with its folder' {
        $all = Expand-PbsArchive ds1 $alpha -Destination $place @root
        $failed = $null
        $piped = Get-PbsArchiveItem ds1 $alpha @root -Recurse | Expand-PbsArchive -Destination "$place-piped" -ErrorVariable failed -ErrorAction SilentlyContinue
        try {
            $failed | Should -BeNullOrEmpty
            $piped[-1].Files, $piped[-1].Directories, $piped[-1].HardLinks, $piped[-1].Bytes | Should -Be $all[-1].Files, $all[-1].Directories, $all[-1].HardLinks, $all[-1].Bytes
        }
        finally { Remove-Tree "$place-piped" }
    }

    It 'restores by path and by pattern' {
        $null = Expand-PbsArchive ds1 $alpha '/b*' $place @root
        (Get-ChildItem $place).Name | Should -Be 'bin'
        Remove-Tree $place
        $null = Expand-PbsArchive ds1 $alpha -Destination $place @root -Include hostname, '/bin/s*' -Exclude suid
        @(Get-ChildItem $place -Recurse -File).Name | Sort-Object | Should -Be 'hostname', 'sgid'
    }

    It 'leaves, refuses or replaces what is there' {
        $null = New-Item -ItemType Directory $place/etc
        Set-Content $place/etc/hostname mine
        $failed = $null
        $null = Expand-PbsArchive ds1 $alpha /etc/hostname $place @root -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Be 'RestoreTargetExists,PbsModule.Commands.ExpandPbsArchiveCommand'
        (Expand-PbsArchive ds1 $alpha /etc/hostname $place @root -NoClobber)[-1].Skipped | Should -Be 1
        Get-Content $place/etc/hostname | Should -Be mine
        $null = Expand-PbsArchive ds1 $alpha /etc/hostname $place @root -Force
        Get-Content $place/etc/hostname | Should -Not -Be mine
        { Expand-PbsArchive ds1 $alpha -Destination $place @root -NoClobber -Force } | Should -Throw -ErrorId 'ParametersConflict,*'
    }

    It 'never takes nothing for everything' {
        foreach ($nothing in $null, '', @(), @('/etc', '')) {
            { Expand-PbsArchive ds1 $alpha -ItemPath $nothing -Destination $place @root } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
            { Expand-PbsArchive ds1 $alpha -Include $nothing -Destination $place @root } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
            { Expand-PbsArchive ds1 $alpha -Exclude $nothing -Destination $place @root } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        }
        [pscustomobject]@{ Datastore = 'ds1'; BackupType = 'host'; BackupId = 'alpha'; BackupTime = '2024-10-27T01:30:00Z'; Archive = 'root.pxar'; Path = '' } |
            Expand-PbsArchive -Destination $place -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Test-Path $place | Should -BeFalse
    }

    It 'reports what is not there' {
        { Expand-PbsArchive ds1 $alpha /none $place @root -ErrorAction Stop } | Should -Throw -ErrorId 'ArchivePathNotFound,*'
        { Expand-PbsArchive ds1 $alpha -Destination $place -Archive none.pxar -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveMissing,*'
        { Expand-PbsArchive ds1 $alpha -Destination $place -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveRequired,*'
        { Expand-PbsArchive ds1 $alpha -Destination $place/none/below @root -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationNotFound,*'
        { Expand-PbsArchive ds1 $alpha -Destination (Join-Path $Store new) @root -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationGuarded,*'
    }

    It 'stops when it is stopped, and leaves no file half' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because 'there are no Linux metadata here' }
        # Over and over, so that the stop comes in the middle of one.
        $script = "Connect-PbsServer '$((Get-PbsConnection).ConfigRoot)'; 1..1000 | ForEach-Object { Expand-PbsArchive ds1 $alpha -Destination '$place' -Archive root.pxar -Overwrite }"
        Measure-Stop $script -After 4 | Should -BeLessThan 10
        & find $place -name '.pbs-restore-*' | Should -BeNullOrEmpty
        foreach ($file in Get-PbsArchiveItem ds1 $alpha @root -Recurse | Where-Object Type -EQ File | Where-Object { $_.Name -notmatch '\\' -and (Test-Path -LiteralPath "$place$($_.Path)") }) {
            (Get-Item -LiteralPath "$place$($file.Path)" -Force).Length | Should -Be $file.Size
        }
    }

    It 'is only told with -WhatIf, and changes nothing in the store' {
        $before = Get-Fingerprint $Store
        Expand-PbsArchive ds1 $alpha -Destination $place @root -WhatIf | Should -BeNullOrEmpty
        Test-Path $place | Should -BeFalse
        $null = Expand-PbsArchive ds1 $alpha -Destination $place @root
        Get-Fingerprint $Store | Should -Be $before
    }

    It 'rescues what a damaged store still has' {
        $copy = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
        if ($IsLinux) { & cp -a $Store $copy } else { Copy-Item $Store $copy -Recurse }
        $multi = 'host/multi.chunk_test-1/2024-01-16T06:07:08Z'
        # The largest chunk is one of the archive's content.
        Get-ChildItem (Join-Path $copy .chunks) -Recurse -File -Force | Sort-Object Length | Select-Object -Last 40 | Remove-Item -Force
        $failed = $null
        $result = Expand-PbsArchive $copy $multi -Destination $place -AllowMissingChunk -ErrorAction SilentlyContinue -ErrorVariable failed
        $gaps = @($result | Where-Object { $_ -is [PbsModule.Core.Features.Archives.ArchiveGapInfo] })
        ($gaps.Count + $failed.Count) | Should -BeGreaterThan 0
        foreach ($gap in $gaps) { $gap.Digest.Length, $gap.Fault | Should -Be 64, 'Missing' }
        $rows = $gaps | ConvertTo-Csv | ConvertFrom-Csv
        @($rows).Count | Should -Be $gaps.Count
    }

    It 'is for who may read' {
        try {
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId alice@pbs
            { Expand-PbsArchive ds1 $alpha -Destination $place @root -ErrorAction Stop } | Should -Throw '*missing Datastore.Read|Datastore.Backup on /datastore/ds1'
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }
}
