package demo

import (
	"fmt"
	"math/rand/v2"

	"dunwatch/internal/complaint"
)

// place is where somebody lives: a code of GB/T 2260 or a state.
type place struct{ code, city, english string }

var places = []place{
	{"110100", "北京", "Beijing"}, {"120100", "天津", "Tianjin"}, {"310100", "上海", "Shanghai"}, {"500100", "重庆", "Chongqing"},
	{"330100", "杭州", "Hangzhou"}, {"330100", "杭州", "Hangzhou"}, {"330100", "杭州", "Hangzhou"}, {"330200", "宁波", "Ningbo"}, {"330300", "温州", "Wenzhou"},
	{"330400", "嘉兴", "Jiaxing"}, {"330600", "绍兴", "Shaoxing"}, {"330700", "金华", "Jinhua"}, {"331000", "台州", "Taizhou"},
	{"320100", "南京", "Nanjing"}, {"320500", "苏州", "Suzhou"}, {"320300", "徐州", "Xuzhou"}, {"340100", "合肥", "Hefei"}, {"341200", "阜阳", "Fuyang"},
	{"350100", "福州", "Fuzhou"}, {"350500", "泉州", "Quanzhou"}, {"360100", "南昌", "Nanchang"}, {"361100", "上饶", "Shangrao"},
	{"370100", "济南", "Jinan"}, {"371300", "临沂", "Linyi"}, {"410100", "郑州", "Zhengzhou"}, {"411600", "周口", "Zhoukou"}, {"411300", "南阳", "Nanyang"},
	{"420100", "武汉", "Wuhan"}, {"430100", "长沙", "Changsha"}, {"430400", "衡阳", "Hengyang"}, {"440100", "广州", "Guangzhou"}, {"440300", "深圳", "Shenzhen"},
	{"441900", "东莞", "Dongguan"}, {"440600", "佛山", "Foshan"}, {"450100", "南宁", "Nanning"}, {"510100", "成都", "Chengdu"}, {"511300", "南充", "Nanchong"},
	{"520100", "贵阳", "Guiyang"}, {"520500", "毕节", "Bijie"}, {"530100", "昆明", "Kunming"}, {"610100", "西安", "Xi'an"}, {"620100", "兰州", "Lanzhou"},
	{"130100", "石家庄", "Shijiazhuang"}, {"210100", "沈阳", "Shenyang"}, {"220100", "长春", "Changchun"}, {"230100", "哈尔滨", "Harbin"}, {"140100", "太原", "Taiyuan"},
}

var states = []place{
	{"NY", "Albany", ""}, {"CA", "Fresno", ""}, {"TX", "Waco", ""}, {"FL", "Ocala", ""}, {"OH", "Dayton", ""}, {"GA", "Macon", ""}, {"IL", "Peoria", ""}, {"NC", "Durham", ""},
}

func drawPlace(r *rand.Rand, pack string) place {
	if pack == "us" {
		return pick(r, states)
	}
	return pick(r, places)
}

var (
	surnames   = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "欧阳"}
	given      = []string{"秀兰", "建国", "海燕", "志强", "小红", "桂英", "俊杰", "丽娟", "文博", "思远", "雨桐", "梓涵", "国庆", "春梅", "晓东", "佳怡", "浩然", "玉梅", "永胜", "婷婷", "大伟", "丹", "磊", "芳", "鹏", "静", "超", "敏", "涛", "雪", "红霞", "金凤", "宝林", "艳", "勇", "倩", "振华", "淑珍", "子轩", "欣怡", "立新", "彩云"}
	firstNames = []string{"Maria", "James", "Aisha", "Daniel", "Grace", "Omar", "Linda", "Kevin", "Priya", "Tom", "Elena", "Marcus", "Hannah", "Luis", "Naomi", "Peter"}
	lastNames  = []string{"Alvarez", "Bennett", "Okafor", "Nguyen", "Kowalski", "Hughes", "Patel", "Rossi", "Jensen", "Coleman", "Dubois", "Haddad"}
)

// specimen is the number in the text of the standard GB 11643 itself: it belongs
// to nobody.
const specimen = "11010519491231002X"

// drawPerson makes up a complainant.
func drawPerson(r *rand.Rand, pack, lang string, at place, n int) complaint.Complainant {
	c := complaint.Complainant{Region: at.code}
	if lang == "en" {
		c.Name = pick(r, firstNames) + " " + pick(r, lastNames)
	} else {
		c.Name = pick(r, surnames) + pick(r, given)
	}
	c.Phone = fmt.Sprintf("%s%08d", pick(r, []string{"154", "161", "164"}), 10_000_000+r.IntN(80_000_000))
	if pack == "us" {
		c.Phone = fmt.Sprintf("(%d) 555-01%02d", 212+r.IntN(600)/10*10, r.IntN(100))
	}
	if lang == "en" || r.IntN(3) == 0 {
		c.Email = fmt.Sprintf("person%04d@example.com", n)
	}
	if pack == "cn" && lang == "zh" && r.IntN(40) == 0 {
		c.IDNumber = specimen
	}
	if r.IntN(6) == 0 && lang == "zh" {
		c.Address = fmt.Sprintf("%s市演示路%d号", at.city, 1+r.IntN(300))
	}
	return c
}

// roaming numbers ring for several agencies: what links cases across firms.
var roaming = []string{"15400018837", "16100920046", "16400557319", "0399-22001188"}

// drawNumber is the number that rang: one of the caller's few, or a roaming one.
func drawNumber(r *rand.Rand, pack string, lender, agency maker) string {
	caller := agency
	if caller.code == "" {
		caller = lender
	}
	line := 0
	for _, c := range caller.code {
		line = line*7 + int(c)
	}
	k := r.IntN(5)
	if pack == "us" {
		return fmt.Sprintf("(%d) 555-01%02d", 300+line%600/10*10, (line+k*13)%100)
	}
	switch n := r.IntN(100); {
	case n < 20:
		return pick(r, roaming)
	case n < 30:
		return fmt.Sprintf("10690000%04d", (line*31+k)%10000)
	case n < 45:
		return fmt.Sprintf("0399-2%03d%04d", line%1000, (line*17+k*101)%10000)
	default:
		return fmt.Sprintf("%s%04d%04d", []string{"154", "161", "164"}[line%3], line%10000, (line*7+k*1013)%10000)
	}
}
