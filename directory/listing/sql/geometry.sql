-- The earth: distance, the curve that numbers its points, and the squares that make up a circle.

-- Metres between two points on a sphere of the earth's mean radius.
create function listing.metres(lon1 float8, lat1 float8, lon2 float8, lat2 float8) returns float8
language sql immutable parallel safe as $$
  select 12742017.6 * asin(sqrt(least(1, sin(radians(lat2 - lat1) / 2) ^ 2
         + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ^ 2)))
$$;

-- The number of a point along the curve: its longitude's and latitude's 20 bits, interleaved.
create function listing.morton(lon float8, lat float8) returns bigint language plpgsql immutable parallel safe as $$
declare
  x bigint := least(1048575, ((lon + 180) / 360 * 1048576)::bigint);
  y bigint := least(1048575, ((lat + 90) / 180 * 1048576)::bigint);
begin
  x := (x | (x << 16)) & x'ff0000ffff'::bigint; y := (y | (y << 16)) & x'ff0000ffff'::bigint;
  x := (x | (x << 8)) & x'ff00ff00ff'::bigint;  y := (y | (y << 8)) & x'ff00ff00ff'::bigint;
  x := (x | (x << 4)) & x'0f0f0f0f0f'::bigint;  y := (y | (y << 4)) & x'0f0f0f0f0f'::bigint;
  x := (x | (x << 2)) & x'3333333333'::bigint;  y := (y | (y << 2)) & x'3333333333'::bigint;
  x := (x | (x << 1)) & x'5555555555'::bigint;  y := (y | (y << 1)) & x'5555555555'::bigint;
  return x | (y << 1);
end $$;

-- The squares that make up a circle: the largest that lie inside it, and the leaves on its edge.
create function listing.cover(lon float8, lat float8, radius float8)
returns table (node bigint, low bigint, high bigint, inside boolean) language sql stable rows 30 as $$
  with near as materialized (
    select n.*, 1.002 * sqrt(far_x * far_x + far_y * far_y) <= radius as inside
      from (select id, parent_id, leaf, n.low, n.high,
                   greatest((box[1])[0] - lon, lon - (box[0])[0], 0) * 111195
                     * cos(radians(least(89.9, greatest(abs(lat), abs((box[1])[1]), abs((box[0])[1]))))) as near_x,
                   greatest((box[1])[1] - lat, lat - (box[0])[1], 0) * 111195 as near_y,
                   greatest(abs((box[1])[0] - lon), abs((box[0])[0] - lon)) * 111195
                     * cos(radians(least(abs(lat), abs((box[1])[1]), abs((box[0])[1])))) as far_x,
                   greatest(abs((box[1])[1] - lat), abs((box[0])[1] - lat)) * 111195 as far_y
              from listing_node n
             where box && box(point(lon - radius / 111195 / cos(radians(lat)) * 1.03, lat - radius / 111195 * 1.01),
                              point(lon + radius / 111195 / cos(radians(lat)) * 1.03, lat + radius / 111195 * 1.01))) n
     where 0.998 * sqrt(near_x * near_x + near_y * near_y) <= radius)
  select id, near.low, near.high, near.inside
    from near
   where (inside and not exists (select from near above where above.id = near.parent_id and above.inside))
      or (leaf and not inside)
$$;
