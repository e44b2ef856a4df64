-- What a scan has sent so far need not outlive a crash: the scan is done again if its pages are not all there.
alter table scan_entry set unlogged;
alter table scan_gone set unlogged;
alter table scan_page set unlogged;
