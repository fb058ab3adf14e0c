Describe 'Get-PbsArchiveItem' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists archives, their roots and directories with all metadata' {
        $archives = @(Get-PbsArchiveItem ds1 $alpha)
        $archives[0] | Should -BeOfType PbsModule.Core.Features.Archives.ArchiveItemInfo
        $archives.Name | Should -Contain 'root.pxar'
        $file = Get-PbsArchiveItem ds1 $alpha /bin/suid -Archive root.pxar
        $file.Archive, $file.Path, $file.Type, "$file" | Should -Be 'root.pxar', '/bin/suid', 'File', "$alpha/root.pxar/bin/suid"
        $file.Mode, $file.Owner, $file.Group, $file.Size | Should -Be '-rwsr-xr-x', 0, 0, 17
        $file.LastWriteTime | Should -BeOfType PbsModule.Times.UtcTime
        $file.Datastore, $file.BackupType, $file.BackupId | Should -Be 'ds1', 'host', 'alpha'
        (Get-PbsArchiveItem ds1 $alpha /bin/link-abs -Archive root.pxar.didx).LinkTarget | Should -Be '/etc/hostname'
        (Get-PbsArchiveItem ds1 $alpha /hl/b-hardlink -Archive root.pxar).LinkTarget | Should -Be '/hl/a-original'
        (Get-PbsArchiveItem ds1 $alpha /attr/xattr.txt -Archive root.pxar).ExtendedAttributes.Name | Should -Contain 'user.comment'
        (Get-PbsArchiveItem ds1 $alpha /attr/acl.txt -Archive root.pxar).AccessControlList | Should -Contain 'user:1000:rw-'
        (Get-PbsArchiveItem ds1 $alpha /dev-null -Archive root.pxar).Device | Should -Be '1,3'
    }

    It 'takes snapshots, files, groups, texts, keys and rows' {
        $root = @{ Archive = 'root.pxar' }
        $count = @(Get-PbsArchiveItem ds1 $alpha /etc @root).Count
        @(Get-PbsSnapshot ds1 $alpha | Get-PbsArchiveItem -ItemPath /etc @root).Count | Should -Be $count
        @($alpha | Get-PbsArchiveItem -Datastore ds1 -ItemPath /etc @root).Count | Should -Be $count
        @(Get-PbsArchiveItem ds1 -BackupType host -BackupId alpha -BackupTime 2024-10-27T01:30:00Z -ItemPath /etc @root).Count | Should -Be $count
        @(Get-PbsArchiveItem ds1 host/alpha /etc/hostname @root).Count | Should -Be 5
        @(Get-PbsSnapshot ds1 $alpha | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsArchiveItem -ItemPath /etc @root).Count | Should -Be $count
        (Get-PbsSnapshotFile ds1 $alpha -FileName root.pxar.didx | Get-PbsArchiveItem).Path | Should -Contain '/etc'
        (Get-PbsCatalogItem ds1 $alpha /etc/hostname -Archive root.pxar | Get-PbsArchiveItem).Mode | Should -BeLike '-rw*'
    }

    It 'leads from item to item, whatever their names' {
        $all = @(Get-PbsArchiveItem ds1 $alpha -Recurse | Where-Object Type -NE Directory)
        "$(@($all | Get-PbsArchiveItem -ErrorAction Stop))" | Should -Be "$all"
        "$(@($all | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsArchiveItem -ErrorAction Stop))" | Should -Be "$all"
        @($all.Name -like '*\x*').Count | Should -BeGreaterThan 0
        "$(@(Get-PbsCatalogItem ds1 $alpha -Recurse).Path)" | Should -Be "$(@(Get-PbsArchiveItem ds1 $alpha -Recurse).Path)"
    }

    It 'recurses, to a depth, and understands wildcards in what is typed' {
        $root = @{ Archive = 'root.pxar' }
        $flat = @(Get-PbsArchiveItem ds1 $alpha @root).Count
        $one = @(Get-PbsArchiveItem ds1 $alpha @root -Depth 1).Count
        $flat | Should -BeLessThan $one
        $one | Should -BeLessThan @(Get-PbsArchiveItem ds1 $alpha @root -Recurse).Count
        (Get-PbsArchiveItem ds1 $alpha '/e*/hostn*' @root).Path | Should -Be '/etc/hostname'
        Get-PbsArchiveItem ds1 $alpha /none* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'reports what is not there and goes on' {
        $failed = $null
        (Get-PbsArchiveItem ds1 $alpha /none, /etc/hostname -Archive root.pxar -ErrorAction SilentlyContinue -ErrorVariable failed).Path | Should -Be '/etc/hostname'
        $failed[0].FullyQualifiedErrorId | Should -Be 'ArchivePathNotFound,PbsModule.Commands.GetPbsArchiveItemCommand'
        { Get-PbsArchiveItem ds1 $alpha -Archive none.pxar -ErrorAction Stop } | Should -Throw -ErrorId 'ArchivePathNotFound,*'
        { Get-PbsArchiveItem ds1 vm/100/2024-05-12T00:00:02Z -ErrorAction Stop } | Should -Throw -ErrorId 'ArchiveMissing,*'
        { Get-PbsArchiveItem ds1 host/alpha/2020-01-01T00:00:00Z -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
    }

    It 'reads encrypted archives with their key' {
        { Get-PbsArchiveItem ds1 host/enc/2024-04-01T08:00:00Z -ErrorAction Stop } | Should -Throw "cannot decode 'data.pxar.didx' - is encrypted*" -ErrorId 'KeyRequired,*'
        @(Get-PbsArchiveItem ds1 host/enc/2024-04-01T08:00:00Z -KeyFile $key -Recurse).Count | Should -BeGreaterThan 1
    }

    It 'is for who may read, and who owns' {
        try {
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
            @(Get-PbsArchiveItem ds1 $alpha).Count | Should -BeGreaterThan 0
            { Get-PbsArchiveItem ds1 ct/101/2024-03-01T22:15:00Z -ErrorAction Stop } | Should -Throw 'there is no group ''ct/101'' in datastore ''ds1'', root namespace'
            $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId alice@pbs
            { Get-PbsArchiveItem ds1 $alpha -ErrorAction Stop } | Should -Throw '*missing Datastore.Read|Datastore.Backup on /datastore/ds1'
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'changes nothing, stops early, and runs in parallel' {
        $before = Get-Fingerprint $Store
        @(Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Get-PbsArchiveItem -Recurse | Select-Object -First 3).Count | Should -Be 3
        $count = Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | ForEach-Object -Parallel { @($_ | Get-PbsArchiveItem -ItemPath /etc -Archive root.pxar).Count }
        $count.Count | Should -Be 5
        Get-Fingerprint $Store | Should -Be $before
    }

    It 'completes archives and paths' {
        (Get-Completion "Get-PbsArchiveItem ds1 $alpha -Archive ro").CompletionText | Should -Be 'root.pxar'
        (Get-Completion "Get-PbsArchiveItem ds1 $alpha -Archive root.pxar -ItemPath /etc/host").CompletionText | Should -Contain '/etc/hostname'
    }

    It 'fits a table and is whole in JSON' {
        $items = Get-PbsArchiveItem ds1 $alpha /bin -Archive root.pxar
        $text = $items | Format-Table | Out-String -Width 120 -Stream | ForEach-Object { $_ -replace '\e\[[\d;]*m' }
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$text" | Should -Match '-rwsr-xr-x'
        $json = $items | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json
        ($json | Where-Object Name -EQ suid).Mode | Should -Be '-rwsr-xr-x'
    }
}
