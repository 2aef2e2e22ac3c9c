"""A plausible catalogue of procedures [A]: real kinds of procedures, codes assigned by us, deterministic.

The portal's own catalogue (`LayDanhSachTTHC`, CONTRACTS section 1) replaces it in a real province.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

GRANT, REGRANT, EXTEND, AMEND, REVOKE = "Cấp", "Cấp lại", "Gia hạn", "Điều chỉnh", "Thu hồi"
_USUAL = (GRANT, REGRANT, AMEND)
_FULL = (GRANT, REGRANT, EXTEND, AMEND)
_ALL = (GRANT, REGRANT, EXTEND, AMEND, REVOKE)


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure as the catalogue states it, and who handles it.

    Attributes:
        code: its family, eight characters such as "1.001193".
        levels: agency levels that receive it.
        owners: words in the names of the departments that receive it at province level.
        days: working days that it may take; 0 means the same day.
    """

    code: str
    name: str
    field_code: str
    field_name: str
    levels: tuple[str, ...]
    owners: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    levels: str  # p, d, c
    owners: tuple[str, ...]
    days: int
    plain: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


_FIELDS = (
    _Field("Hộ tịch", "dc", (), 1, (
        "Đăng ký khai sinh", "Đăng ký kết hôn", "Đăng ký khai tử", "Đăng ký nhận cha, mẹ, con", "Đăng ký giám hộ",
        "Đăng ký chấm dứt giám hộ", "Đăng ký lại khai sinh", "Đăng ký lại kết hôn", "Đăng ký lại khai tử",
        "Thay đổi, cải chính, bổ sung thông tin hộ tịch", "Cấp bản sao trích lục hộ tịch",
        "Cấp giấy xác nhận tình trạng hôn nhân", "Đăng ký khai sinh có yếu tố nước ngoài",
        "Đăng ký kết hôn có yếu tố nước ngoài", "Đăng ký khai sinh kết hợp nhận cha, mẹ, con",
        "Ghi vào sổ hộ tịch việc ly hôn, hủy việc kết hôn")),
    _Field("Chứng thực", "dc", (), 0, (
        "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Chứng thực chữ ký trong các giấy tờ, văn bản",
        "Chứng thực hợp đồng, giao dịch liên quan đến tài sản là động sản",
        "Chứng thực hợp đồng, giao dịch liên quan đến quyền sử dụng đất và nhà ở", "Chứng thực di chúc",
        "Chứng thực văn bản từ chối nhận di sản", "Chứng thực văn bản thỏa thuận phân chia di sản",
        "Chứng thực chữ ký người dịch", "Cấp bản sao có chứng thực từ bản chính hợp đồng, giao dịch",
        "Sửa đổi, bổ sung, hủy bỏ hợp đồng, giao dịch đã được chứng thực", "Cấp bản sao từ sổ gốc")),
    _Field("Đất đai", "pd", ("Tài nguyên", "Nông nghiệp và Môi trường"), 15, (
        "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất",
        "Tách thửa hoặc hợp thửa đất", "Chuyển mục đích sử dụng đất", "Xác nhận tiếp tục sử dụng đất nông nghiệp",
        "Đính chính giấy chứng nhận đã cấp", "Đăng ký đất đai lần đầu", "Cung cấp dữ liệu đất đai",
        "Hòa giải tranh chấp đất đai", "Giao đất, cho thuê đất không thông qua đấu giá"),
        (GRANT, REGRANT, EXTEND), ("giấy chứng nhận quyền sử dụng đất", "quyết định thuê đất")),
    _Field("Đăng ký biện pháp bảo đảm", "pd", ("Tài nguyên", "Nông nghiệp và Môi trường"), 1, (
        "Đăng ký biện pháp bảo đảm bằng quyền sử dụng đất", "Xóa đăng ký biện pháp bảo đảm",
        "Đăng ký thay đổi nội dung biện pháp bảo đảm đã đăng ký", "Chuyển tiếp đăng ký thế chấp",
        "Đăng ký văn bản thông báo xử lý tài sản bảo đảm")),
    _Field("Môi trường", "pd", ("Tài nguyên", "Nông nghiệp và Môi trường"), 20, (
        "Thẩm định báo cáo đánh giá tác động môi trường", "Đăng ký môi trường"), _FULL, ("giấy phép môi trường",)),
    _Field("Tài nguyên nước", "p", ("Tài nguyên", "Nông nghiệp và Môi trường"), 20, (), _FULL, (
        "giấy phép thăm dò nước dưới đất", "giấy phép khai thác nước dưới đất", "giấy phép khai thác nước mặt",
        "giấy phép hành nghề khoan nước dưới đất")),
    _Field("Khoáng sản", "p", ("Tài nguyên", "Nông nghiệp và Môi trường"), 30, (
        "Đăng ký khai thác khoáng sản vật liệu xây dựng thông thường", "Đóng cửa mỏ khoáng sản"),
        (GRANT, EXTEND, AMEND), ("giấy phép thăm dò khoáng sản", "giấy phép khai thác khoáng sản")),
    _Field("Thành lập và hoạt động của doanh nghiệp", "p", ("Kế hoạch", "Sở Tài chính"), 3, (
        "Đăng ký thành lập doanh nghiệp tư nhân", "Đăng ký thành lập công ty TNHH một thành viên",
        "Đăng ký thành lập công ty TNHH hai thành viên trở lên", "Đăng ký thành lập công ty cổ phần",
        "Đăng ký thay đổi địa chỉ trụ sở chính", "Đăng ký đổi tên doanh nghiệp",
        "Đăng ký thay đổi người đại diện theo pháp luật", "Đăng ký thay đổi vốn điều lệ",
        "Thông báo thay đổi ngành, nghề kinh doanh", "Thông báo tạm ngừng kinh doanh", "Đăng ký giải thể doanh nghiệp",
        "Đăng ký hoạt động chi nhánh, văn phòng đại diện")),
    _Field("Hộ kinh doanh", "d", (), 3, (
        "Đăng ký thành lập hộ kinh doanh", "Đăng ký thay đổi nội dung đăng ký hộ kinh doanh",
        "Tạm ngừng kinh doanh, tiếp tục kinh doanh trước thời hạn của hộ kinh doanh",
        "Chấm dứt hoạt động hộ kinh doanh", "Cấp lại giấy chứng nhận đăng ký hộ kinh doanh")),
    _Field("Thành lập và hoạt động của hợp tác xã", "d", (), 3, (
        "Đăng ký thành lập hợp tác xã", "Đăng ký thay đổi nội dung đăng ký hợp tác xã", "Giải thể tự nguyện hợp tác xã",
        "Đăng ký khi hợp tác xã chia, tách, hợp nhất, sáp nhập", "Thông báo góp vốn của hợp tác xã")),
    _Field("Đầu tư tại Việt Nam", "p", ("Kế hoạch", "Ban Quản lý", "Sở Tài chính"), 15, (
        "Chấp thuận chủ trương đầu tư của Ủy ban nhân dân tỉnh", "Chấm dứt hoạt động của dự án đầu tư",
        "Gia hạn thời hạn hoạt động của dự án đầu tư"), _USUAL, ("giấy chứng nhận đăng ký đầu tư",)),
    _Field("Đường bộ", "p", ("Giao thông", "Sở Xây dựng"), 5, (
        "Cấp giấy phép thi công công trình trên đường bộ đang khai thác", "Cấp giấy phép lưu hành xe quá khổ, quá tải",
        "Chấp thuận vị trí đấu nối vào quốc lộ", "Công bố đưa bến xe khách vào khai thác"), (GRANT, REGRANT, REVOKE), (
        "giấy phép kinh doanh vận tải bằng xe ô tô", "phù hiệu xe ô tô kinh doanh vận tải", "giấy phép lái xe",
        "giấy phép liên vận Việt Nam - Trung Quốc", "chứng chỉ hành nghề thẩm tra an toàn giao thông")),
    _Field("Hoạt động xây dựng", "pd", ("Sở Xây dựng",), 15, (
        "Thẩm định báo cáo nghiên cứu khả thi đầu tư xây dựng", "Thẩm định thiết kế xây dựng sau thiết kế cơ sở",
        "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Cấp giấy phép sửa chữa, cải tạo công trình",
        "Cấp giấy phép di dời công trình"), _FULL, (
        "giấy phép xây dựng", "chứng chỉ hành nghề hoạt động xây dựng", "chứng chỉ năng lực hoạt động xây dựng")),
    _Field("Quy hoạch xây dựng, kiến trúc", "pd", ("Sở Xây dựng",), 15, (
        "Cung cấp thông tin quy hoạch xây dựng", "Thẩm định đồ án quy hoạch chi tiết xây dựng",
        "Thẩm định nhiệm vụ quy hoạch chi tiết"), _USUAL, ("chứng chỉ hành nghề kiến trúc",)),
    _Field("Lưu thông hàng hóa trong nước", "pd", ("Công Thương",), 10, (), _USUAL, (
        "giấy phép bán lẻ rượu", "giấy phép bán buôn rượu", "giấy phép bán lẻ sản phẩm thuốc lá",
        "giấy xác nhận đủ điều kiện làm cửa hàng bán lẻ xăng dầu", "giấy phép sản xuất rượu công nghiệp")),
    _Field("Xúc tiến thương mại", "p", ("Công Thương",), 3, (
        "Đăng ký hoạt động khuyến mại theo hình thức mang tính may rủi", "Thông báo hoạt động khuyến mại",
        "Đăng ký tổ chức hội chợ, triển lãm thương mại", "Sửa đổi nội dung chương trình khuyến mại")),
    _Field("Bảo trợ xã hội", "dc", (), 10, (
        "Thực hiện, điều chỉnh, thôi hưởng trợ cấp xã hội hàng tháng", "Hỗ trợ chi phí mai táng cho đối tượng bảo trợ",
        "Xác định mức độ khuyết tật và cấp giấy xác nhận khuyết tật", "Công nhận hộ nghèo, hộ cận nghèo",
        "Trợ giúp xã hội khẩn cấp về nhà ở", "Đổi, cấp lại giấy xác nhận khuyết tật",
        "Quyết định trợ cấp xã hội khi đối tượng thay đổi nơi cư trú", "Công nhận hộ thoát nghèo")),
    _Field("Người có công", "pc", ("Lao động", "Nội vụ"), 20, (
        "Giải quyết chế độ mai táng phí đối với thân nhân người có công", "Cấp giấy báo tử, giấy xác nhận hy sinh",
        "Giải quyết chế độ trợ cấp thờ cúng liệt sĩ", "Di chuyển hồ sơ người có công", "Cấp đổi bằng Tổ quốc ghi công",
        "Thăm viếng mộ liệt sĩ", "Hưởng trợ cấp khi người có công từ trần")),
    _Field("Việc làm, lao động", "p", ("Lao động", "Nội vụ"), 10, (
        "Giải quyết hưởng trợ cấp thất nghiệp", "Tạm dừng hưởng trợ cấp thất nghiệp",
        "Chuyển nơi hưởng trợ cấp thất nghiệp", "Đăng ký nội quy lao động của doanh nghiệp"), _FULL, (
        "giấy phép lao động cho người lao động nước ngoài", "giấy phép hoạt động dịch vụ việc làm")),
    _Field("Trồng trọt và bảo vệ thực vật", "p", ("Nông nghiệp",), 10, (
        "Cấp giấy xác nhận nội dung quảng cáo thuốc bảo vệ thực vật",
        "Cấp giấy phép vận chuyển thuốc bảo vệ thực vật"), (GRANT, REGRANT), (
        "giấy chứng nhận đủ điều kiện buôn bán phân bón", "giấy chứng nhận đủ điều kiện buôn bán thuốc bảo vệ thực vật",
        "mã số vùng trồng")),
    _Field("Lâm nghiệp", "pdc", ("Nông nghiệp",), 10, (
        "Xác nhận bảng kê lâm sản", "Phê duyệt phương án khai thác thực vật rừng thông thường",
        "Chuyển mục đích sử dụng rừng sang mục đích khác", "Công nhận nguồn giống cây trồng lâm nghiệp",
        "Phê duyệt phương án quản lý rừng bền vững", "Đăng ký mã số cơ sở nuôi, trồng động vật, thực vật rừng")),
    _Field("Thú y, chăn nuôi", "p", ("Nông nghiệp",), 5, (
        "Cấp giấy chứng nhận kiểm dịch động vật vận chuyển ra khỏi địa bàn tỉnh",), _USUAL, (
        "chứng chỉ hành nghề thú y", "giấy chứng nhận đủ điều kiện buôn bán thuốc thú y",
        "giấy chứng nhận đủ điều kiện chăn nuôi trang trại quy mô lớn")),
    _Field("Khám bệnh, chữa bệnh", "p", ("Y tế",), 30, (
        "Công bố đủ điều kiện khám sức khỏe", "Công bố đáp ứng yêu cầu là cơ sở hướng dẫn thực hành"), _ALL, (
        "giấy phép hành nghề khám bệnh, chữa bệnh", "giấy phép hoạt động khám bệnh, chữa bệnh")),
    _Field("Dược phẩm", "p", ("Y tế",), 15, (), _USUAL, (
        "chứng chỉ hành nghề dược", "giấy chứng nhận đủ điều kiện kinh doanh dược",
        "giấy phép xuất khẩu thuốc thuộc hành lý cá nhân")),
    _Field("An toàn thực phẩm", "pd", ("Y tế", "Công Thương"), 15, (
        "Đăng ký bản công bố sản phẩm thực phẩm", "Xác nhận nội dung quảng cáo thực phẩm"), (GRANT, REGRANT), (
        "giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm",)),
    _Field("Giáo dục mầm non, tiểu học, trung học", "pd", ("Giáo dục",), 15, (
        "Cho phép trường mầm non hoạt động giáo dục", "Thành lập trường trung học cơ sở công lập",
        "Chuyển trường đối với học sinh trung học cơ sở", "Tiếp nhận học sinh xin học lại",
        "Công nhận trường đạt chuẩn quốc gia", "Xét, duyệt chính sách hỗ trợ học sinh bán trú"), (GRANT, AMEND), (
        "phép dạy thêm, học thêm",)),
    _Field("Văn bằng, chứng chỉ", "pd", ("Giáo dục",), 5, (
        "Cấp bản sao văn bằng, chứng chỉ từ sổ gốc", "Chỉnh sửa nội dung văn bằng, chứng chỉ",
        "Công nhận bằng tốt nghiệp do cơ sở giáo dục nước ngoài cấp")),
    _Field("Văn hóa cơ sở, quảng cáo", "pdc", ("Văn hóa",), 7, (
        "Thông báo sản phẩm quảng cáo trên bảng, băng-rôn", "Đăng ký tổ chức lễ hội cấp xã",
        "Xét tặng danh hiệu Gia đình văn hóa", "Thông báo tổ chức đoàn người thực hiện quảng cáo"), _USUAL, (
        "giấy phép kinh doanh dịch vụ karaoke", "giấy phép tổ chức biểu diễn nghệ thuật")),
    _Field("Lữ hành, du lịch", "p", ("Văn hóa",), 10, (
        "Công nhận điểm du lịch", "Công nhận hạng cơ sở lưu trú du lịch"), (GRANT, REGRANT, AMEND, REVOKE), (
        "thẻ hướng dẫn viên du lịch", "giấy phép kinh doanh dịch vụ lữ hành nội địa",
        "giấy phép thành lập văn phòng đại diện lữ hành nước ngoài")),
    _Field("Khoa học, công nghệ và sở hữu trí tuệ", "p", ("Khoa học",), 15, (
        "Đăng ký kết quả thực hiện nhiệm vụ khoa học và công nghệ", "Công bố sử dụng dấu định lượng"), _USUAL, (
        "giấy chứng nhận đăng ký hoạt động khoa học và công nghệ", "giấy phép tiến hành công việc bức xạ")),
    _Field("Báo chí, xuất bản, bưu chính", "p", ("Thông tin", "Khoa học"), 10, (), _USUAL, (
        "giấy phép xuất bản tài liệu không kinh doanh", "giấy phép hoạt động in", "giấy phép bưu chính",
        "giấy phép thiết lập trang thông tin điện tử tổng hợp")),
    _Field("Luật sư, công chứng, lý lịch tư pháp", "p", ("Tư pháp",), 10, (
        "Cấp phiếu lý lịch tư pháp cho công dân Việt Nam", "Cấp phiếu lý lịch tư pháp cho cơ quan nhà nước",
        "Đăng ký hoạt động của tổ chức hành nghề luật sư", "Bổ nhiệm công chứng viên",
        "Đăng ký hành nghề và cấp thẻ công chứng viên", "Thành lập văn phòng công chứng",
        "Đăng ký tập sự hành nghề công chứng", "Cấp thẻ đấu giá viên")),
    _Field("Tổ chức phi chính phủ, hội, tôn giáo", "pdc", ("Nội vụ", "Tôn giáo"), 20, (
        "Công nhận ban vận động thành lập hội", "Thành lập hội", "Phê duyệt điều lệ hội",
        "Đăng ký hoạt động tín ngưỡng", "Thông báo danh mục hoạt động tôn giáo hằng năm",
        "Đăng ký bổ sung hoạt động tín ngưỡng", "Đề nghị giảng đạo ngoài địa bàn phụ trách")),
    _Field("Thi đua, khen thưởng", "pdc", ("Nội vụ",), 20, (
        "Tặng Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh", "Tặng Giấy khen theo thành tích công trạng",
        "Tặng danh hiệu Lao động tiên tiến", "Tặng Cờ thi đua của Ủy ban nhân dân tỉnh",
        "Tặng Giấy khen đột xuất", "Tặng danh hiệu Chiến sĩ thi đua cơ sở")),
    _Field("Công tác lãnh sự, thẻ ABTC", "p", ("Ngoại vụ", "Văn phòng"), 10, (
        "Cho phép sử dụng thẻ đi lại của doanh nhân APEC", "Cho phép tổ chức hội nghị, hội thảo quốc tế",
        "Chứng nhận lãnh sự, hợp pháp hóa lãnh sự", "Gia hạn thời gian tổ chức hội nghị quốc tế")),
    _Field("Giải quyết khiếu nại, tố cáo", "pdc", ("Thanh tra",), 30, (
        "Giải quyết khiếu nại lần đầu", "Giải quyết khiếu nại lần hai", "Giải quyết tố cáo", "Tiếp công dân",
        "Xử lý đơn thư", "Kê khai tài sản, thu nhập", "Xác minh tài sản, thu nhập")),
)  # fmt: skip
_LEVELS = {"p": ("province", "department"), "d": ("district",), "c": ("commune",)}


def catalogue() -> list[Procedure]:
    """Every procedure, always the same ones in the same order of codes."""
    rng = random.Random("procedures of Lạng Sơn")
    used: set[str] = set()
    found = []
    for number, field in enumerate(_FIELDS, 1):
        names = [*field.plain, *(f"{action} {what}" for what in field.objects for action in field.actions)]
        for name in names:
            levels = tuple(level for letter in field.levels for level in _LEVELS[letter])
            found.append(
                Procedure(
                    _unused_code(rng, used), name, f"H37.LV{number:02d}", field.name, levels, field.owners, field.days
                )
            )
    return sorted(found, key=lambda procedure: procedure.code)


def _unused_code(rng: random.Random, used: set[str]) -> str:
    while True:
        head, top = rng.choice(((1, 13_000), (2, 2_900), (3, 900)))
        code = f"{head}.{rng.randrange(100, top):06d}"
        if code not in used:
            used.add(code)
            return code
