# Tables at the widths terminals have. PowerShell drops columns from the right, and narrows the last one that stays.
Describe 'Views' {
    BeforeDiscovery {
        # What must stay at 80 columns, in full.
        $essential = @{
            SnapshotInfo = 'Type', 'Id', 'Time', 'Age', 'Size', 'Verify', 'Mark'; SnapshotSpaceInfo = 'Id', 'Time', 'Backed up', 'On disk', 'Its own'
            SnapshotSetSpaceInfo = 'Datastore', 'Backed up', 'On disk', 'Its own', 'Shared'; SnapshotDifferenceInfo = 'Change', 'Archive', 'Size', 'Before'
            GroupInfo = 'Type', 'Id', 'Last backup', 'Age', 'Count'; GarbageCollectionStatus = 'Datastore', 'Started', 'Removed', 'Pending', 'Bad', 'OnDisk'
            GarbageInfo = 'Datastore', 'Reclaimable', 'Pending', 'Missing', 'Bad', 'InUse'; GarbageAge = 'Age', 'Bytes', 'Chunks'
            GroupSpaceInfo = 'Id', 'Snapshots', 'On disk', 'Its own', 'Shared'; PrunePlanInfo = 'Id', 'Time', 'Age', 'Keep'; PruneResultInfo = 'Id', 'Time', 'Keep', 'Removed'
            NamespaceInfo = 'Namespace'; DatastoreInfo = 'Name', 'Path'; DatastoreStatus = 'Datastore', 'Total', 'Used', 'Free', 'Use', 'Snapshots', 'GC'
            DatastoreSpaceInfo = 'Datastore', 'Snapshots', 'On disk', 'Missing', 'Bad'; DatastoreMetricInfo = 'Time', 'Metric', 'Value'
            DatastoreForecast = 'Datastore', 'Use', 'Full', 'Earliest'; SnapshotFileInfo = 'FileName', 'Size', 'Crypt'; SnapshotFile = 'FileName', 'Size', 'Crypt'
            ContentGapInfo = 'Offset', 'Length', 'Fault'; ChunkReferenceInfo = 'Digest', 'Snapshot'; FoundDatastore = 'Snapshots', 'Newest backup', 'Used'
            ArchiveItemInfo = 'Mode', 'Size', 'LastWriteTime'; ArchiveGapInfo = 'FileName', 'Offset', 'Length', 'Fault'; RestoreWarningInfo = 'Attribute', 'Count', 'Reason'
            ArchiveRestoreInfo = 'Archive', 'Files', 'Bytes', 'Failed'; CatalogItemInfo = 'Type', 'Size', 'LastWriteTime'
            FileVersionInfo = 'Size', 'LastWriteTime', 'First', 'Last', 'Count'; UnsearchedSnapshotInfo = @(); VerifyResult = 'Id', 'Time', 'State', 'Verified'; SnapshotTestResult = 'Id', 'Time', 'Test', 'Passed'
            VerifyError = 'File', 'Digest'; VerifiedFile = 'File', 'State', 'Size'; TaskInfo = 'Start', 'Duration', 'Type', 'Id'
            AclEntryInfo = 'Principal', 'Role', 'Propagate'; UserInfo = 'AuthId', 'Active', 'Expire', 'Name'; TokenInfo = 'AuthId', 'Active', 'Expire'
            JobInfo = 'Job', 'Type', 'Datastore', 'Status', 'Last run'; RemoteInfo = 'Remote', 'Host', 'Port', 'AuthId'
            RoleInfo = 'Role', 'Comment'; PrivilegeInfo = 'Privilege'; PermissionInfo = 'AclPath', 'Privilege', 'Propagate'
        }
        $format = [xml] (Get-Content (Join-Path $PSScriptRoot ../../src/PbsModule/Views/PbsModule.Format.ps1xml) -Raw)
        $tables = foreach ($view in $format.SelectNodes('//View[TableControl]')) {
            $items = $view.SelectNodes('.//TableColumnItem')
            $columns = @(for ($i = 0; $i -lt $items.Count; $i++) {
                    $header = $view.SelectNodes('.//TableColumnHeader')[$i]
                    $label = $header.SelectSingleNode('Label')?.InnerText ?? $items[$i].SelectSingleNode('PropertyName').InnerText
                    @{ Label = $label; Width = [int] $header.SelectSingleNode('Width')?.InnerText; IsNumber = $header.SelectSingleNode('Alignment')?.InnerText -eq 'Right' }
                })
            @{ View = $view.Name; Columns = $columns; Essential = $essential[$view.Name]; IsListed = $essential.ContainsKey($view.Name) }
        }
    }
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot) -LogRoot (New-LogRoot) -StateRoot (New-StateRoot)
    }
    AfterAll { Disconnect-PbsServer }

    It '<View> says what stays at 80 columns' -TestCases $tables { $IsListed | Should -BeTrue }

    It '<View> shows all of its columns at 120' -TestCases $tables {
        $fixed = ($Columns.Width | Measure-Object -Sum).Sum + $Columns.Count - 1
        $open = @($Columns | Where-Object Width -eq 0).Count
        # A column that takes what is left has to get something it can say something in.
        $fixed + 8 * $open | Should -BeLessOrEqual 120
    }

    It '<View> keeps what matters at 80' -TestCases $tables {
        $end = -1
        foreach ($column in $Columns) {
            $start = $end + 1
            $end = $start + $column.Width
            # A text column may be wider than what is in it, so that the next one begins where its heading fits.
            if ($column.Label -in $Essential -and -not $column.IsNumber) { 80 - $start | Should -BeGreaterOrEqual $column.Label.Length -Because $column.Label }
            elseif ($column.Label -in $Essential) { $end | Should -BeLessOrEqual 80 -Because $column.Label }
            elseif ($end -gt 80) {
                # A number that is cut is a wrong number, and a column that is narrowed to a letter has its heading on end: it fits, or there is no room for any of it.
                if ($column.IsNumber) { 80 - $start | Should -BeLessOrEqual 0 -Because $column.Label }
                else { 80 - $start | Should -Not -BeIn (1..7) -Because $column.Label }
            }
            elseif ($column.Width -eq 0) { [Math]::Floor((80 - $start) / @($Columns | Where-Object Width -eq 0).Count) | Should -Not -BeIn (1..7) -Because $column.Label }
        }
    }

    It '<View> has its headings in one line at common widths' -TestCases $tables {
        $fixed = ($Columns.Width | Measure-Object -Sum).Sum + $Columns.Count - 1
        foreach ($width in 80, 100, 120, 132, 160, 200) {
            $end = -1
            foreach ($column in $Columns) {
                $start = $end + 1
                $end = $start + ($column.Width -gt 0 ? $column.Width : [Math]::Max(0, [Math]::Floor(($width - $fixed) / @($Columns | Where-Object Width -eq 0).Count)))
                $shown = [Math]::Min($end, $width) - $start
                if ($shown -gt 0) { $shown | Should -BeGreaterOrEqual $column.Label.Length -Because "$($column.Label) at $width" }
            }
        }
    }

    It 'shows the headings of snapshots in one line at <_> columns' -ForEach 79, 80, 84, 90, 100, 110, 120, 140 {
        $lines = @(Get-PbsSnapshot ds1 vm/100 | Out-String -Width $_ -Stream | ForEach-Object { ($_ -replace '\e\[[\d;]*m').TrimEnd() } | Where-Object { $_ -and $_ -notmatch 'Datastore:' })
        $lines[0] | Should -Match '^Type Id +Time +Age +Size Verify Mark( +Owner)?( +Comment)?$'
        $lines[1] | Should -Match '^---- -- '
    }

    It '<View> leaves room for long texts where there is room' -TestCases ($tables | Where-Object { $_.Columns[-1].Width -eq 0 }) {
        ($Columns | Where-Object Width | ForEach-Object Width | Measure-Object -Sum).Sum | Should -BeLessThan 120
    }

    It 'shows <Command> at 80, 120 and 200 columns with nothing that matters cut' -TestCases @(
        @{ Command = 'Get-PbsSnapshot ds1 -Recurse'; Texts = { $_.BackupId, [PbsModule.Views.DisplayText]::Time($_.BackupTime), [PbsModule.Views.DisplayText]::SnapshotSize($_) }; At200 = { $_.Owner, "$($_.Comment)" } }
        @{ Command = 'Get-PbsGroup ds1 -Recurse'; Texts = { $_.BackupId, [PbsModule.Views.DisplayText]::Time($_.LastBackup), "$($_.BackupCount)" }; At200 = { $_.Owner, "$($_.Comment)" } }
        @{ Command = 'Get-PbsSnapshotFile ds1 vm/100'; Texts = { $_.FileName, [PbsModule.Views.DisplayText]::Size($_.Size) }; At200 = { "$($_.CryptMode)" } }
        @{ Command = 'Get-PbsDatastore ds1'; Texts = { $_.Name }; At200 = { $_.Path, $_.Comment } }
        @{ Command = 'Find-PbsDatastore $Store'; Texts = { "$($_.SnapshotCount)", [PbsModule.Views.DisplayText]::Time($_.NewestBackup) }; At200 = { $_.Path } }
        @{ Command = 'Get-PbsDatastoreStatus ds1'; Texts = { $_.Datastore, [PbsModule.Views.DisplayText]::Size($_.Used), [PbsModule.Views.DisplayText]::Use($_) }; At200 = { "$($_.Counts.Snapshots)" } }
        @{ Command = 'Measure-PbsDatastore ds1'; Texts = { $_.Datastore, [PbsModule.Views.DisplayText]::Size($_.StoredSize) }; At200 = { [PbsModule.Views.DisplayText]::Size($_.UnreferencedSize) } }
        @{ Command = 'Measure-PbsGroup ds1 -Recurse'; Texts = { $_.BackupId, [PbsModule.Views.DisplayText]::Size($_.ExclusiveSize) }; At200 = { [PbsModule.Views.DisplayText]::Factor($_.CompressionFactor) } }
        @{ Command = 'Measure-PbsSnapshot ds1 vm/100'; Texts = { $_.BackupId, [PbsModule.Views.DisplayText]::Size($_.ExclusiveSize) }; At200 = { [PbsModule.Views.DisplayText]::Size($_.AddedSize) } }
        @{ Command = 'Get-PbsPrunePlan ds1 -KeepLast 1'; Texts = { $_.BackupId, "$($_.Keep)", $_.Reason }; At200 = { $_.Mark } }
        @{ Command = 'Get-PbsCatalogItem ds1 host/alpha/2024-10-27T01:30:00Z /etc'; Texts = { [PbsModule.Views.DisplayText]::Size($_.Size), $_.Path }; At200 = { "$($_.Type)" } }
        @{ Command = 'Get-PbsArchiveItem ds1 host/alpha/2024-10-27T01:30:00Z /etc'; Texts = { [PbsModule.Views.DisplayText]::Size($_.Size), $_.Path }; At200 = { $_.Mode } }
        @{ Command = 'Get-PbsTask -Limit 20 -WarningAction SilentlyContinue'; Texts = { [PbsModule.Views.DisplayText]::Time($_.StartTime), $_.WorkerType }; At200 = { [PbsModule.Views.DisplayText]::FirstLine($_.Status) } }
        @{ Command = 'Get-PbsAcl'; Texts = { $_.AuthId, $_.Role }; At200 = { $_.AclPath } }
        @{ Command = 'Get-PbsUser'; Texts = { $_.AuthId, "$($_.IsActive)" }; At200 = { "$($_.Comment)" } }
        @{ Command = 'Get-PbsGarbageCollectionStatus ds1'; Texts = { $_.Datastore }; At200 = { [PbsModule.Views.DisplayText]::Size($_.PendingBytes) } }
    ) {
        $items = @(& ([scriptblock]::Create($Command)) 3>$null)
        $items.Count | Should -BeGreaterThan 0
        foreach ($width in 80, 120, 200) {
            $lines = @($items | Format-Table | Out-String -Width $width -Stream | ForEach-Object { $_ -replace '\e\[[\d;]*m' })
            $lines | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual $width }
            $flat = $lines -join "`n"
            foreach ($item in $items) {
                $wanted = @($item | ForEach-Object $Texts) + @(if ($width -eq 200) { $item | ForEach-Object $At200 })
                foreach ($text in $wanted | Where-Object { $_ -and $_ -notmatch "`n" -and $_.Length -le 80 }) { $flat | Should -BeLike "*$([wildcardpattern]::Escape($text))*" -Because "$Command at $width" }
            }
        }
    }

    It 'shows <Command> alike after a trip through a job or a file' -TestCases @(
        @{ Command = 'Get-PbsSnapshot ds1 -Recurse' }, @{ Command = 'Get-PbsGroup ds1 -Recurse' }, @{ Command = 'Get-PbsSnapshotFile ds1 vm/100' }
        @{ Command = 'Get-PbsDatastore ds1' }, @{ Command = 'Get-PbsDatastoreStatus ds1' }, @{ Command = 'Get-PbsNamespace ds1 -Recurse' }
        @{ Command = 'Find-PbsDatastore $Store' }, @{ Command = 'Measure-PbsDatastore ds1' }, @{ Command = 'Measure-PbsGroup ds1 -Recurse' }
        @{ Command = 'Measure-PbsSnapshot ds1 vm/100' }, @{ Command = 'Get-PbsPrunePlan ds1 -KeepLast 1' }, @{ Command = 'Measure-PbsGarbage ds1' }
        @{ Command = 'Get-PbsCatalogItem ds1 host/alpha/2024-10-27T01:30:00Z /etc' }, @{ Command = 'Get-PbsArchiveItem ds1 host/alpha/2024-10-27T01:30:00Z /etc' }
        @{ Command = 'Compare-PbsSnapshot ds1 host/alpha' }, @{ Command = 'Find-PbsFile ds1 -Name hostname -Recurse -ErrorAction SilentlyContinue' }
        @{ Command = 'Find-PbsFile ds1 -Name hostname -Recurse -Version -ErrorAction SilentlyContinue' }, @{ Command = 'Get-PbsNote ds1 -Snapshot host/alpha/2024-10-27T01:30:00Z' }
        @{ Command = 'Start-PbsVerify $Corrupt -NoStateUpdate -Confirm:$false -ErrorAction SilentlyContinue' }, @{ Command = 'Get-PbsTask -Limit 20' }
        @{ Command = 'Get-PbsTask -Status Warning -Limit 1 | Get-PbsTaskLog' }, @{ Command = 'Get-PbsGarbageCollectionStatus ds1' }, @{ Command = 'Get-PbsDatastoreMetric ds1 -Timeframe Month' }
        @{ Command = 'Get-PbsDatastoreMetric ds1 -Forecast -Timeframe Month' }, @{ Command = 'Get-PbsAcl' }, @{ Command = 'Get-PbsUser' }, @{ Command = 'Get-PbsRole' }
        @{ Command = 'Get-PbsPermission -AuthId admin@pbs' }, @{ Command = 'Get-PbsPrivilege' }, @{ Command = 'Get-PbsConnection' }
    ) {
        $items = @(& ([scriptblock]::Create($Command)) 3>$null)
        $items.Count | Should -BeGreaterThan 0
        $table = $items | Out-String -Width 200
        # A job goes one level deep, Export-Clixml two.
        foreach ($depth in 1, 2) {
            $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($items, $depth + 1))
            $back | Out-String -Width 200 | Should -BeExactly $table
        }
    }
}
