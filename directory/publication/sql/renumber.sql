-- A second generation of the numbering, built beside the first in a schema of its own and then put in its place.
-- Its tables bear the same names, so with listing_next first in the search path the functions that write the listing
-- write it. Whoever publishes meanwhile notes the positions, and these are carried over again.

-- The tables whose rows stand at positions or in chunks: those of positions first, each with what else it holds.
create function publication.numbered() returns table (name text, of_positions boolean) language sql immutable as $$
  values ('publication_number', true), ('listing_listedclinician', true), ('listing_listedlocation', true),
         ('listing_nametoken', true), ('listing_attributebits', false), ('listing_attributetotal', false),
         ('listing_placebits', false), ('publication_matchbits', false)
$$;

-- While a second generation is being built, these positions of the first must be carried over again.
create function publication.note(positions integer[]) returns void language plpgsql as $$
begin
  if to_regnamespace('listing_next') is not null and current_setting('search_path') !~ '^listing_next' then
    insert into publication_touched (pos) select unnest(positions);
  end if;
end $$;

-- Empty tables for the next generation, and everyone's number in it.
create function publication.begin_generation() returns void language plpgsql as $$
declare
  made record;
begin
  -- The foreign key of the numbers asks for this in the end: whoever cannot have it gives up before the work.
  lock table network_clinician in share row exclusive mode;
  create schema listing_next;
  delete from publication_touched;
  for made in select name, coalesce(' with (' || array_to_string(reloptions, ', ') || ')', '') as options
                from publication.numbered() join pg_class on oid = ('public.' || name)::regclass loop
    execute format('create table listing_next.%1$I (like public.%1$I including defaults including storage)%2$s',
                   made.name, made.options);
  end loop;
  -- Indexes and constraints under the names that they bear now.
  for made in select name, format('alter table listing_next.%I add constraint %I %s', name, conname,
                                  pg_get_constraintdef(c.oid)) as command
                from publication.numbered() join pg_constraint c on conrelid = ('public.' || name)::regclass
               where contype in ('p', 'u', 'c')
              union all
              select name, replace(pg_get_indexdef(indexrelid), ' ON public.', ' ON listing_next.')
                from publication.numbered() join pg_index i on indrelid = ('public.' || name)::regclass
               where not exists (select from pg_constraint c
                                  where c.conindid = i.indexrelid and c.conrelid = i.indrelid) loop
    execute made.command;
  end loop;
  insert into listing_next.publication_number (clinician_id, pos)
    select clinician_id, (row_number() over (order by state, morton, clinician_id))::integer - 1
      from public.publication_number
      left join (select distinct on (r.clinician_id) r.clinician_id, l.state,
                        listing.morton(l.longitude, l.latitude) as morton
                   from network_practitionerrole r join network_location l on l.id = r.location_id
                  order by r.clinician_id, r.is_primary desc, r.location_id, r.id) home using (clinician_id)
     order by 2;
  for made in select format('alter table listing_next.%I add constraint %I %s', name, conname,
                            pg_get_constraintdef(c.oid)) as command
                from publication.numbered() join pg_constraint c on conrelid = ('public.' || name)::regclass
               where contype = 'f' loop
    execute made.command;
  end loop;
end $$;

-- Rows and bits of some positions of a chunk of the next generation, from the rows that are listed now and the answers.
-- Positions of places, from first_place on, are the same in every generation.
create function publication.carry_over(of_chunk integer, positions integer[]) returns void language plpgsql
set search_path = listing_next, public set plan_cache_mode = force_custom_plan set jit = off
set max_parallel_workers_per_gather = 0 set work_mem = '64MB' set random_page_cost = 1.1 as $$
declare
  attributes integer[] := publication.attributes_at(positions);
  places integer[] := publication.places_at(positions);
  before integer[];
  after integer[];
  carried text;
  columns text;
begin
  select array_agg(old), array_agg(new) into before, after
    from (select o.pos as old, n.pos as new
            from listing_next.publication_number n join public.publication_number o using (clinician_id)
           where n.pos = any(positions)
          union all
          select pos, pos from unnest(positions) pos where pos >= listing.first_place()) pair;
  for carried in select name from publication.numbered() where of_positions and name <> 'publication_number' loop
    columns := (select string_agg(quote_ident(attname), ', ') from pg_attribute
                 where attrelid = ('public.' || carried)::regclass and attnum > 0 and not attisdropped
                   and attname <> 'pos');
    execute format('delete from listing_next.%I where pos = any($1)', carried) using positions;
    execute format('insert into listing_next.%1$I (pos, %2$s)
                      select new, %2$s from unnest($1, $2) as pair (pos, new) join public.%1$I using (pos)
                       order by new',
                   carried, columns) using before, after;
  end loop;
  perform publication.write_bits(of_chunk, positions, attributes || publication.attributes_at(positions),
                                 places || publication.places_at(positions));
  perform publication.write_match_bits(of_chunk, positions);
end $$;

-- The chunks of the next generation with their positions.
create function publication.next_chunks() returns table (chunk integer, positions integer[]) language sql stable as $$
  select pos >> 12, array_agg(pos order by pos)
    from (select pos from listing_next.publication_number
          union select pos from public.listing_listedlocation where pos >= listing.first_place()) q
   group by 1 order by 1
$$;

-- Carry over what was published since; returns how many positions that were. Clinicians who are new come last.
create function publication.catch_up() returns integer language plpgsql as $$
declare
  noted integer[];
  chunk record;
begin
  with gone as (delete from publication_touched returning pos) select array_agg(distinct pos) into noted from gone;
  insert into listing_next.publication_number (clinician_id, pos)
    select clinician_id,
           (select max(pos) from listing_next.publication_number) + (row_number() over (order by pos))::integer
      from public.publication_number o
     where not exists (select from listing_next.publication_number n where n.clinician_id = o.clinician_id);
  for chunk in
    select pos >> 12 as number, array_agg(pos order by pos) as positions
      from (select n.pos from unnest(noted) as was (pos) join public.publication_number o using (pos)
              join listing_next.publication_number n using (clinician_id)
            union select pos from unnest(noted) pos where pos >= listing.first_place()) q group by 1 order by 1 loop
    perform publication.carry_over(chunk.number, chunk.positions);
  end loop;
  return coalesce(cardinality(noted), 0);
end $$;

-- The next generation takes the place of the first, with its rights on tables and columns; the first stays behind as
-- listing_last. Caller holds the locks of the tree and of the numbering alone, has caught up, and makes the functions
-- anew. Readers wait for nothing but the names.
create function publication.swap() returns void language plpgsql as $$
declare
  made record;
begin
  for made in select format('grant %s%s on listing_next.%I to %s', privilege_type, of_column, name,
                            case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end) as command
                from (select name, '' as of_column, relowner, relacl as rights
                        from publication.numbered() join pg_class on oid = ('public.' || name)::regclass
                      union all
                      select name, format(' (%I)', attname), relowner, attacl
                        from publication.numbered() join pg_class c on c.oid = ('public.' || name)::regclass
                        join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped) held
                cross join lateral aclexplode(rights) where grantee <> relowner loop
    execute made.command;
  end loop;
  execute (select format('lock table %s in access exclusive mode', string_agg('public.' || name, ', '))
             from publication.numbered());
  create schema listing_last;
  for made in select name from publication.numbered() loop
    execute format('alter table public.%I set schema listing_last', made.name);
    execute format('alter table listing_next.%I set schema public', made.name);
  end loop;
  drop schema listing_next;
end $$;
