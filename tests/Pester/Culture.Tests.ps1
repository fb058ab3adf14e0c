# Texts of one culture read under another. In the store are 6 May and 5 June, 05/06 and 06/05: who reads the one for the other destroys the wrong backup.
BeforeDiscovery {
    $cultures = 'en-US', 'en-GB', 'de-DE', 'fr-FR', 'ja-JP', '', 'th-TH' | ForEach-Object { @{ Culture = $_ } }
    # Without ICU every culture is the invariant one, and there is nothing to mix up.
    $withoutCultures = [datetimeoffset]::UnixEpoch.ToString([cultureinfo] 'th-TH') -eq [datetimeoffset]::UnixEpoch.ToString([cultureinfo]::InvariantCulture)
    if ($withoutCultures) { Write-Warning 'there are no cultures on this machine (libicu is missing): times were not read across cultures' }
}

Describe 'Times as text' -Skip:$withoutCultures {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $before = [cultureinfo]::CurrentCulture
        $all = 'en-US', 'en-GB', 'de-DE', 'fr-FR', 'ja-JP', '', 'th-TH'
        $may, $june, $july = 'vm/100/2024-05-06T01:00:00Z', 'vm/100/2024-06-05T01:00:00Z', 'vm/100/2024-07-07T01:00:00Z'
        $place = Join-Path $TestDrive ds
        $spare = Join-Path $TestDrive spare
        foreach ($root in $place, $spare) {
            $null = New-Item -ItemType Directory (Join-Path $root .chunks), (Join-Path $root vm/100) -Force
            Copy-Item (Join-Path $Store vm/100/owner) (Join-Path $root vm/100)
            foreach ($snapshot in $may, $june, $july) { Copy-Item (Join-Path $Store vm/100/2024-05-05T00:00:02Z) (Join-Path $root $snapshot) -Recurse }
            Get-ChildItem $root -Recurse -Filter client.log.blob | Remove-Item
        }
        $force = @{ Force = $true; Confirm = $false; ErrorAction = 'Stop' }
        $log = Join-Path $TestDrive client.log
        Set-Content $log 'a line'

        function Use-Culture([string] $Culture) { [cultureinfo]::CurrentCulture = $Culture }
        function Get-Left { Get-PbsSnapshot $place | ForEach-Object { "$_" } }
        function Reset-Store {
            Remove-Item (Join-Path $place vm) -Recurse -Force
            Copy-Item (Join-Path $spare vm) $place -Recurse
        }

        # What can be done with objects on the way to another machine; each gives the text, and a script makes rows of it.
        $ways = @{
            'CSV'               = @{ Write = { $input | ConvertTo-Csv }; Read = { $args[0] | ConvertFrom-Csv } }
            'JSON'              = @{ Write = { $input | ConvertTo-Json -Depth 4 -AsArray }; Read = { $args[0] | ConvertFrom-Json } }
            'JSON of columns'   = @{ Write = { $input | Select-Object Datastore, Namespace, Backup*, Keep, Fingerprint | ConvertTo-Json -Depth 4 -AsArray }; Read = { $args[0] | ConvertFrom-Json } }
            'CSV of columns'    = @{ Write = { $input | Select-Object Datastore, Namespace, Backup*, Keep, Fingerprint | ConvertTo-Csv }; Read = { $args[0] | ConvertFrom-Csv } }
            'CLIXML'            = @{ Write = { [System.Management.Automation.PSSerializer]::Serialize(@($input), 2) }; Read = { [System.Management.Automation.PSSerializer]::Deserialize($args[0]) } }
            'a string'          = @{ Write = { $input | ForEach-Object { "$($_.BackupTime)" } }; Read = { $args[0] | ForEach-Object { [pscustomobject]@{ Datastore = $place; Namespace = ''; BackupType = 'vm'; BackupId = '100'; BackupTime = $_ } } } }
            'the format operator' = @{ Write = { $input | ForEach-Object { '{0}' -f $_.BackupTime } }; Read = { $args[0] | ForEach-Object { [pscustomobject]@{ Datastore = $place; Namespace = ''; BackupType = 'vm'; BackupId = '100'; BackupTime = $_ } } } }
        }

        # Rows as they were written under one culture, for each way.
        function Write-Rows([string] $Culture, [object[]] $Item, [string[]] $Way = $ways.Keys) {
            Use-Culture $Culture
            foreach ($name in $Way) { @{ Way = $name; Text = $Item | & $ways[$name].Write } }
        }
        function Read-Rows($Written) { & $ways[$Written.Way].Read $Written.Text }

        # A third of the ways for each pair of cultures, by turns, so that every way goes between all kinds of cultures in little time.
        function Select-Third([object[]] $Written, [int] $Turn) { for ($i = $Turn % 3; $i -lt $Written.Count; $i += 3) { $Written[$i] } }
    }
    BeforeEach { Reset-Store }
    AfterEach { Use-Culture $before }

    It 'removes the snapshot that was meant, written under "<Culture>" and read under any' -ForEach $cultures {
        $written = Write-Rows $Culture (Get-PbsSnapshot $place $may)
        $turn = $all.IndexOf($Culture)
        foreach ($reader in $all) {
            foreach ($one in Select-Third $written ($turn++)) {
                Use-Culture $reader
                # A snapshot has neither Keep nor a plan's fingerprint.
                $rows = Read-Rows $one | Select-Object * -ExcludeProperty Keep, Fingerprint
                $rows | Remove-PbsSnapshot @force
                Get-Left | Should -Be $june, $july -Because "$($one.Way), read under '$reader'"
                Copy-Item (Join-Path $spare $may) (Join-Path $place $may) -Recurse
            }
        }
    }

    It 'prunes by a plan just what its rows name, written under "<Culture>" and read under any' -ForEach $cultures {
        # 5 June has been taken out of the plan: it stays.
        $written = Write-Rows $Culture (Get-PbsPrunePlan $place -KeepLast 1 | Where-Object { "$_" -ne $june }) 'CSV', 'JSON', 'JSON of columns', 'CSV of columns', 'CLIXML'
        $turn = $all.IndexOf($Culture)
        foreach ($reader in $all) {
            foreach ($one in Select-Third $written ($turn++)) {
                Use-Culture $reader
                Read-Rows $one | Invoke-PbsPrune @force
                Get-Left | Should -Be $june, $july -Because "$($one.Way), read under '$reader'"
                Copy-Item (Join-Path $spare $may) (Join-Path $place $may) -Recurse
            }
        }
    }

    It 'changes the snapshot that was meant, written under "<Culture>" and read under any' -ForEach $cultures {
        $written = Write-Rows $Culture (Get-PbsSnapshot $place $may) 'CSV', 'JSON', 'CLIXML', 'a string'
        $turn = $all.IndexOf($Culture)
        foreach ($reader in $all) {
            foreach ($one in Select-Third $written ($turn++)) {
                Use-Culture $reader
                $because = "$($one.Way), read under '$reader'"
                Read-Rows $one | Protect-PbsSnapshot @force
                Get-PbsSnapshot $place -Protected | ForEach-Object { "$_" } | Should -Be $may -Because $because
                Read-Rows $one | Unprotect-PbsSnapshot @force
                @(Get-PbsSnapshot $place -Protected).Count | Should -Be 0 -Because $because
                Read-Rows $one | Set-PbsNote -Text 'the one that was meant' @force
                Get-PbsSnapshot $place -Comment 'the one*' | ForEach-Object { "$_" } | Should -Be $may -Because $because
                Read-Rows $one | Set-PbsNote -Text '' @force
                Read-Rows $one | Add-PbsBackupLog -LogFile $log @force
                $logs = @(Get-ChildItem $place -Recurse -Filter client.log.blob)
                $logs.Directory.Name | Should -Be 2024-05-06T01:00:00Z -Because $because
                $logs | Remove-Item
            }
        }
    }

    It 'changes groups by rows of groups, written under "<Culture>" and read under any' -ForEach $cultures {
        $written = Write-Rows $Culture (Get-PbsGroup $place) 'CSV', 'JSON', 'CLIXML'
        $turn = $all.IndexOf($Culture)
        foreach ($reader in $Culture, 'en-US', 'fr-FR' | Select-Object -Unique) {
            foreach ($one in Select-Third $written ($turn++)) {
                Use-Culture $reader
                Read-Rows $one | Set-PbsOwner -NewOwner backup@pam @force
                (Get-PbsGroup $place).Owner | Should -Be 'backup@pam' -Because "$($one.Way), read under '$reader'"
                Read-Rows $one | Remove-PbsGroup @force
                @(Get-PbsGroup $place -Force).Count | Should -Be 0 -Because "$($one.Way), read under '$reader'"
                Reset-Store
            }
        }
    }

    It 'refuses what "<Culture>" writes of a time, whatever the day' -ForEach $cultures {
        Use-Culture $Culture
        $texts = foreach ($day in '2024-05-06T01:00:00Z', '2024-07-31T13:00:00Z') {
            $time = [datetimeoffset] $day
            "$time"; $time.ToString(); $time.ToString('d'); $time.ToString('D'); $time.DateTime.ToString()
        }
        foreach ($reader in $Culture, 'en-US', 'fr-FR' | Select-Object -Unique) {
            Use-Culture $reader
            foreach ($text in $texts | Select-Object -Unique) {
                { Get-PbsSnapshot $place -Since $text } | Should -Throw '*write it as 2024-05-01T10:00:00Z*' -Because "$text under '$reader'"
                $row = [pscustomobject]@{ Datastore = $place; Namespace = ''; BackupType = 'vm'; BackupId = '100'; BackupTime = $text }
                { $row | Remove-PbsSnapshot @force } | Should -Throw '*write it as 2024-05-01T10:00:00Z*' -Because "$text under '$reader'"
            }
        }
        Get-Left | Should -Be $may, $june, $july
    }

    It 'refuses <Text>' -ForEach @('2024-05-06 01:00', '2024-05-06T01:00:00', '2024-5-6', '20240506', '202405060100', '1403-02-17', 'yesterday', '-5' | ForEach-Object { @{ Text = $_ } }) {
        { Get-PbsSnapshot $place -Since $Text } | Should -Throw '*write it as 2024-05-01T10:00:00Z*'
        { Get-PbsSnapshot $place -BackupTime $Text } | Should -Throw '*write it as 2024-05-01T10:00:00Z*'
        { Get-PbsTask -Until $Text } | Should -Throw '*write it as 2024-05-01T10:00:00Z*'
        { Measure-PbsGarbage $place -Cutoff $Text } | Should -Throw '*write it as 2024-05-01T10:00:00Z*'
        { Get-PbsDatastoreMetric $place -EndTime $Text } | Should -Throw '*write it as 2024-05-01T10:00:00Z*'
        $plan = Get-PbsPrunePlan $place -KeepLast 1 | ConvertTo-Csv | ConvertFrom-Csv
        $plan[0].BackupTime = $Text
        { $plan | Invoke-PbsPrune @force } | Should -Throw '*write it as 2024-05-01T10:00:00Z*'
        Get-Left | Should -Be $may, $june, $july
    }

    It 'takes <Text> for the time it is' -ForEach @(
        @('2024-05-06T01:00:00Z', '2024-05-06 01:00:00Z', '2024-05-06t03:00:00+02:00', '2024-05-05T20:00:00-05:00', '2024-05-06 01:00:00 +00:00', '2024-05-06T01:00:00.000Z', '1714957200') | ForEach-Object { @{ Text = $_ } }
    ) {
        foreach ($reader in 'en-GB', 'fr-FR', 'th-TH') {
            Use-Culture $reader
            Get-PbsSnapshot $place -BackupType vm -BackupTime $Text | ForEach-Object { "$_" } | Should -Be $may
        }
    }

    It 'crosses processes with its type, and without the module as exact text' {
        Use-Culture fr-FR
        $back = Start-Job {
            Import-Module $using:env:PBS_TEST_MODULE
            [cultureinfo]::CurrentCulture = 'en-GB'
            Get-PbsSnapshot $using:place $using:may
            Get-PbsPrunePlan $using:place -KeepLast 1
        } | Receive-Job -Wait -AutoRemoveJob
        $back[0].BackupTime | Should -BeOfType PbsModule.Times.UtcTime
        "$($back[0].BackupTime)" | Should -Be '2024-05-06T01:00:00Z'
        $back[0] | Protect-PbsSnapshot @force
        Get-PbsSnapshot $place -Protected | ForEach-Object { "$_" } | Should -Be $may
        $back[0] | Unprotect-PbsSnapshot @force
        $back[1..3] | Where-Object { $_.BackupTime -ne [datetimeoffset] '2024-06-05T01:00:00Z' } | Invoke-PbsPrune @force
        Get-Left | Should -Be $june, $july

        $snapshot = Get-PbsSnapshot $place $june
        $there = Start-Job {
            [cultureinfo]::CurrentCulture = 'fr-FR'
            $given = $using:snapshot
            "$($given.BackupTime)"
            ($given | ConvertTo-Csv | ConvertFrom-Csv).BackupTime
            Import-Module $using:env:PBS_TEST_MODULE
            $given | Remove-PbsSnapshot -Force -Confirm:$false
        } | Receive-Job -Wait -AutoRemoveJob
        $there | Should -Be '2024-06-05T01:00:00Z', '2024-06-05T01:00:00Z'
        Get-Left | Should -Be $july
    }

    It 'means the same in parallel runspaces' {
        Use-Culture en-GB
        $module = $env:PBS_TEST_MODULE
        $csv = Get-PbsSnapshot $place $may | ConvertTo-Csv
        $texts = $csv, 'again' | ForEach-Object -Parallel {
            Import-Module $using:module
            [cultureinfo]::CurrentCulture = 'fr-FR'
            if ($_ -eq 'again') { "$((Get-PbsSnapshot $using:place $using:june).BackupTime)" }
            else { $_ | ConvertFrom-Csv | Get-PbsSnapshot | ForEach-Object { "$_" } }
        }
        $texts | Sort-Object | Should -Be '2024-06-05T01:00:00Z', $may
        # Objects bring their times along where the module is not.
        $row = Get-PbsSnapshot $place $may | ForEach-Object -Parallel { [cultureinfo]::CurrentCulture = 'en-GB'; $_ | ConvertTo-Csv } | ConvertFrom-Csv
        $row.BackupTime | Should -Be '2024-05-06T01:00:00Z'
        # Where only a culture's text is left of the time, the identity beside it is exact.
        $row.BackupTime = '06/05/2024 01:00:00 +00:00'
        { $row | Get-PbsSnapshot -ErrorAction Stop } | Should -Throw '*write it as*'
        $row | Remove-PbsSnapshot @force
        Get-Left | Should -Be $june, $july
    }

    It 'reads files of CLIXML that hold a DateTimeOffset by its exact members' {
        foreach ($culture in $all) {
            Use-Culture $culture
            $row = [pscustomobject]@{ Datastore = $place; Namespace = ''; BackupType = 'vm'; BackupId = '100'; BackupTime = [datetimeoffset] '2024-05-06T03:00:00+02:00' }
            $old = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($row))
            $old | Get-PbsSnapshot | ForEach-Object { "$_" } | Should -Be $may
        }
    }

    It 'refuses a row of a plan that is about another snapshot than it was made for' {
        $plan = Get-PbsPrunePlan $place -KeepLast 1 | ConvertTo-Csv
        foreach ($change in @(
                { $args[0].BackupTime = '2024-06-05T01:00:00Z'; $args[0] }
                { $args[0].BackupTime = '2024-06-05'; $args[0] }
                { $args[0].Fingerprint = $args[1].Fingerprint; $args[0] }
                { $args[0].Fingerprint = $args[0].Fingerprint -replace '-[0-9a-f]{32}$'; $args[0] }
            )) {
            $rows = $plan | ConvertFrom-Csv
            { & $change $rows[0] $rows[1] | Invoke-PbsPrune @force } | Should -Throw -ErrorId 'PrunePlanInvalid,*'
            # One that was changed spoils the plan of its group.
            { @(& $change $rows[0] $rows[1]) + $rows[2] | Invoke-PbsPrune @force } | Should -Throw -ErrorId 'PrunePlanInvalid,*'
            Get-Left | Should -Be $may, $june, $july
        }
        $kept = $plan | ConvertFrom-Csv
        $kept[1].Keep = 'True'
        $kept | Invoke-PbsPrune @force
        Get-Left | Should -Be $june, $july
    }

    It 'refuses a row whose columns name two snapshots' {
        $row = Get-PbsSnapshot $place $may | ConvertTo-Csv | ConvertFrom-Csv
        $row.BackupTime = '2024-06-05T01:00:00Z'
        { $row | Remove-PbsSnapshot @force } | Should -Throw '*another one in its other columns*'
        $json = Get-PbsSnapshot $place $may | Select-Object Datastore, Namespace, BackupType, BackupId, BackupTime | ConvertTo-Json | ConvertFrom-Json
        $json.BackupTime.Text = '2024-06-05T01:00:00Z'
        { $json | Remove-PbsSnapshot @force } | Should -Throw '*not an exact time*'
        Get-Left | Should -Be $may, $june, $july
    }

    It 'takes the identity text of a row alone, and never for its group' {
        $row = Get-PbsSnapshot $place $may | Select-Object Datastore, Snapshot | ConvertTo-Csv | ConvertFrom-Csv
        ($row | Get-PbsSnapshotFile)[0].BackupTime | Should -Be ([datetimeoffset] '2024-05-06T01:00:00Z')
        $group = Get-PbsSnapshot $place $may | Select-Object Datastore, Namespace, BackupType, BackupId, Snapshot
        { $group | Remove-PbsGroup @force } | Should -Throw
        { $group | Invoke-PbsPrune -KeepLast 1 @force } | Should -Throw
        { $group | Remove-PbsNamespace @force -DeleteGroups } | Should -Throw
        Get-Left | Should -Be $may, $june, $july
        $row | Remove-PbsSnapshot @force
        Get-Left | Should -Be $june, $july
    }

    It 'refuses days that the calendar does not have' {
        { Remove-PbsSnapshot $place vm/100/2024-04-36T01:00:00Z @force } | Should -Throw
        # Carried over, it would be 6 May.
        { Get-PbsSnapshot $place -Snapshot vm/100/2024-02-30T01:00:00Z } | Should -Throw '*calendar*'
        { Get-PbsSnapshot $place -BackupType vm -BackupTime 2024-02-30T01:00:00Z } | Should -Throw '*write it as*'
        { Get-PbsSnapshot $place -BackupType vm -BackupTime 2024-05-06T01:00:00.5Z } | Should -Throw '*whole seconds*'
    }

    It 'prints every time of every object alike in every culture' {
        $null = Connect-PbsServer (New-ConfigRoot) -LogRoot (New-LogRoot) -StateRoot (New-StateRoot)
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
        $items = @(
            Get-PbsSnapshot ds1 vm/100; Get-PbsGroup ds1; Get-PbsSnapshotFile ds1 vm/100; Get-PbsPrunePlan ds1 -KeepLast 1; Measure-PbsSnapshot ds1 vm/100
            Get-PbsCatalogItem ds1 $alpha /etc; Get-PbsArchiveItem ds1 $alpha /etc; Get-PbsNote ds1 -Snapshot $alpha; Compare-PbsSnapshot ds1 host/alpha
            Find-PbsDatastore $Store; Find-PbsFile ds1 -Name hostname -Recurse -ErrorAction SilentlyContinue; Get-PbsTask -Limit 5; Get-PbsTask -Status Warning -Limit 1 | Get-PbsTaskLog; Get-PbsUser
            Get-PbsGarbageCollectionStatus ds1; Get-PbsDatastoreMetric ds1 -Timeframe Month; Get-PbsDatastoreMetric ds1 -Forecast -Timeframe Month
            Start-PbsVerify ds1 vm/100 -NoStateUpdate -Confirm:$false) 3>$null
        $some = $items | Group-Object { $_.GetType() } | ForEach-Object { $_.Group | Select-Object -First 2 }
        $found = foreach ($culture in $all) {
            Use-Culture $culture
            foreach ($item in $some) {
                foreach ($property in $item.psobject.Properties) {
                    $type = $item.GetType().GetProperty($property.Name)?.PropertyType
                    if ($type -notin [datetimeoffset], [System.Nullable[datetimeoffset]] -or $null -eq $property.Value) { continue }
                    $pattern = '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$'
                    "$($property.Value)" | Should -MatchExactly $pattern -Because "$($item.GetType().Name).$($property.Name)"
                    ($item | ConvertTo-Csv | ConvertFrom-Csv).($property.Name) | Should -MatchExactly $pattern
                    [datetimeoffset] $property.Value | Should -Be ($item.GetType().GetProperty($property.Name).GetValue($item.psobject.BaseObject))
                    "$($item.GetType().Name).$($property.Name)"
                }
            }
        }
        @($found | Sort-Object -Unique).Count | Should -BeGreaterThan 20
        Disconnect-PbsServer
    }
}

Describe 'UtcTime' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $zone = $env:TZ
        $env:TZ = 'America/New_York'
        [TimeZoneInfo]::ClearCachedData()
        $time = (Get-PbsSnapshot $Store vm/100/2024-05-05T00:00:02Z).BackupTime
        $local = [datetime]::new(2024, 5, 4, 20, 0, 2)
    }
    AfterAll {
        $env:TZ = $zone
        [TimeZoneInfo]::ClearCachedData()
    }

    It 'stands for every time that an object has' {
        $assembly = [PbsModule.Core.Features.Listing.SnapshotInfo].Assembly
        $types = $assembly.GetExportedTypes() | Where-Object { $_.Namespace -like 'PbsModule.Core.*' -and -not $_.IsAbstract -and $_.Name -match 'Info$|Result$|Status$|Forecast$|^Found|Item$' }
        $bare = foreach ($type in $types) {
            $known = @(for ($one = $type; $one; $one = $one.BaseType) { Get-TypeData $one.FullName | ForEach-Object { $_.Members.Keys } })
            foreach ($property in $type.GetProperties()) {
                if ($property.PropertyType -in [datetimeoffset], [System.Nullable[datetimeoffset]], [datetime] -and $property.Name -notin $known) { "$($type.Name).$($property.Name)" }
            }
        }
        $bare | Should -BeNullOrEmpty
        @($types).Count | Should -BeGreaterThan 30
    }

    It 'compares with DateTime and DateTimeOffset in either place' -Skip:(-not $IsLinux) {
        $time -lt (Get-Date) | Should -BeTrue
        (Get-Date) -gt $time | Should -BeTrue
        foreach ($same in $local, [datetime]::SpecifyKind($local, 'Local'), [datetimeoffset] '2024-05-05T02:00:02+02:00', $time.AddDays(1).AddDays(-1)) {
            $time -eq $same | Should -BeTrue
            $same -eq $time | Should -BeTrue
            $time -gt $same.AddSeconds(-1) | Should -BeTrue
            $time -lt $same.AddSeconds(-1) | Should -BeFalse
            $same.AddSeconds(1) -gt $time | Should -BeTrue
            $same.AddSeconds(-1) -gt $time | Should -BeFalse
        }
        $time -eq [datetime]::SpecifyKind([datetime]::new(2024, 5, 5, 0, 0, 2), 'Utc') | Should -BeTrue
        $time -ge '2024-05-05T00:00:02Z' | Should -BeTrue
        $time -lt '2024-05-05' | Should -BeTrue -Because 'a date is midnight of local time'
        { $time -lt '05/06/2024' } | Should -Throw '*write it as*'
        ($time, $time.AddDays(-1) | Sort-Object)[0] | Should -Be $time.AddDays(-1)
        ($time, $time.AddDays(-1) | Measure-Object -Maximum).Maximum | Should -Be $time
    }

    It 'calculates, converts and formats' -Skip:(-not $IsLinux) {
        (Get-Date) - $time | Should -BeOfType timespan
        ($time.AddHours(3) - $time).TotalHours | Should -Be 3
        ([datetimeoffset] '2024-05-05T03:00:02Z' - $time).TotalHours | Should -Be 3
        ($local.AddHours(3) - $time).TotalHours | Should -Be 3
        ($time - $local.AddHours(3)).TotalHours | Should -Be -3
        "$($time + [timespan]::FromDays(1))", "$($time - [timespan]::FromDays(1))" | Should -Be '2024-05-06T00:00:02Z', '2024-05-04T00:00:02Z'
        [datetime] $time | Should -Be $local
        ([datetime] $time).Kind | Should -Be 'Local'
        ([datetimeoffset] $time).ToString('o') | Should -Be '2024-05-05T00:00:02.0000000+00:00'
        (New-TimeSpan $time $time.AddMinutes(2)).TotalMinutes | Should -Be 2
        (Get-Date $time).Hour | Should -Be 20
        $time.LocalDateTime, $time.ToLocalTime().DateTime | Should -Be $local, $local
        $time.ToUnixTimeSeconds(), $time.Year, $time.Month, $time.Day, $time.Hour | Should -Be 1714867202, 2024, 5, 5, 0
        $time.Date.Kind, $time.DateTime.Kind | Should -Be 'Utc', 'Utc'
        '{0}' -f $time | Should -Be '2024-05-05T00:00:02Z'
        '{0:yyyy-MM-dd}' -f $time | Should -Be '2024-05-05'
        $time.ToString('yyyyMMdd') | Should -Be '20240505'
        $time.AddSeconds(0.25).ToString() | Should -Be '2024-05-05T00:00:02.25Z'
    }

    It 'writes Gregorian years in every culture' {
        $before = [cultureinfo]::CurrentCulture
        try {
            foreach ($culture in 'th-TH', 'fa-IR', 'ar-SA', 'en-GB') {
                [cultureinfo]::CurrentCulture = $culture
                $time.ToString('yyyy-MM-dd') | Should -Be '2024-05-05'
                '{0:yyyy-MM-dd}' -f $time | Should -Be '2024-05-05'
                Get-PbsSnapshot $Store vm/100 -Until $time.AddDays(2).ToString('yyyy-MM-dd') | ForEach-Object { "$_" } | Should -Be 'vm/100/2024-05-05T00:00:02Z'
            }
        }
        finally { [cultureinfo]::CurrentCulture = $before }
    }
}
